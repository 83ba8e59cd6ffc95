using System.Text.Json.Nodes;
using Autoreduction.Contract;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunSuccessTests : IAsyncDisposable
{
    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;

    public RunSuccessTests() => _run = new PostProcessAdminRunner(_broker.Uri);

    [Test]
    [CancelAfter(60_000)]
    public async Task A_run_is_announced_then_reduced_and_stored_then_told(CancellationToken token)
    {
        var code = await _run.RunAsync(token);

        Assert.That(code, Is.EqualTo(ExitCodes.Success), _run.AdminLog);
        var started = await _broker.NextAsync(token);
        var complete = await _broker.NextAsync(token);
        Assert.That(started.Destination, Is.EqualTo("/queue/ReductionStarted"));
        Assert.That(complete.Destination, Is.EqualTo("/queue/ReductionComplete"), _run.AdminLog);
        Assert.That(complete.Headers["persistent"], Is.EqualTo("true"));
        Assert.That(complete.Headers["content-type"], Is.EqualTo("application/json"));
        Assert.That(complete.Body.Select(pair => pair.Key), Is.SupersetOf(MessageKeys.Always));
        Assert.That(started.Body.Select(pair => pair.Key), Is.SupersetOf(MessageKeys.Always));
        Assert.That(complete.Body["message"], Is.Null);
        Assert.That(complete.Body["reduction_data"]!.AsArray().Single()!.GetValue<string>(), Is.EqualTo($"{_run.RunFolder}/run-version-0/"));
        Assert.That(complete.Body["rb_number"]!.ToJsonString(), Is.EqualTo("\"1810001\""));
        Assert.That(complete.Body["run_version"]!.GetValue<int>(), Is.EqualTo(2));
        Assert.That(complete.Body["data"]!.GetValue<string>(), Is.EqualTo(@"\\server\share\data\MARI3701.nxs"));
        Assert.That(complete.Body["run_title"]!.GetValue<string>(), Is.EqualTo("echoed"));
        Assert.That(_broker.IsEmpty, Is.True);
        Assert.That(_broker.Goodbyes, Is.EqualTo(1));
        Assert.That(_run.Outcome!.Published, Is.True);
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Results_lie_beside_logs_script_and_manifest_and_nothing_else(CancellationToken token)
    {
        _run.Script = "import sys\ndef main(input_file, output_dir):\n    print('out', flush=True)\n    sys.stderr.write('err')\n    open(output_dir + 'out.txt', 'w').write(input_file)\n";

        await _run.RunAsync(token);

        var folder = Path.Combine(_run.RunFolder, "run-version-0");
        Assert.That(Directory.GetFileSystemEntries(_run.RunFolder), Is.EqualTo(new[] { folder }));
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file));
        Assert.That(files, Is.EquivalentTo(new[]
        {
            "out.txt", "reduction_log/RB_1810001_Run_3701_Mantid.log", "reduction_log/RB_1810001_Run_3701_Script.out",
            "reduction_log/reduce.py", "reduction_log/reduction.json",
        }));
        Assert.That(File.ReadAllText(Path.Combine(folder, "out.txt")), Is.EqualTo(_run.DataPath));
        Assert.That(File.ReadAllText(Path.Combine(folder, "reduction_log/RB_1810001_Run_3701_Script.out")), Is.EqualTo("out\n"));
        Assert.That(File.ReadAllText(Path.Combine(folder, "reduction_log/RB_1810001_Run_3701_Mantid.log")), Is.EqualTo("err"));
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "reduction_log/reduction.json")))!;
        Assert.That(manifest["outcome"]!.GetValue<string>(), Is.EqualTo("complete"));
        Assert.That(manifest["files"]!.AsArray().Select(file => file!["name"]!.GetValue<string>()), Does.Contain("out.txt"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_script_of_200_kB_in_the_message_is_run_unchanged(CancellationToken token)
    {
        var script = "# " + new string('é', 100_000) + "\r\ndef main(input_file, output_dir):\r\n    pass\r\n";
        _run.Script = script;

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(File.ReadAllText(Path.Combine(_run.RunFolder, "run-version-0/reduction_log/reduce.py")), Is.EqualTo(script));
        Assert.That(_run.AdminLog, Does.Not.Contain("éé"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_script_has_directories_of_its_own_and_knows_nothing_of_the_broker(CancellationToken token)
    {
        _run.Environment["LC_ALL"] = "C.UTF-8";
        _run.Environment["TZ"] = "Europe/London";
        _run.Environment["HOME"] = "/home/reducer";
        _run.Environment["PYTHONPATH"] = "/inherited";
        _run.Reduction = _run.Reduction with { PythonPath = ["/opt/one", "/opt/two"] };
        _run.Script = """
            import json, os, sys
            def main(input_file, output_dir):
                seen = {"env": dict(os.environ), "cwd": os.getcwd(), "output_dir": output_dir, "stdin": sys.stdin.read(),
                        "group": os.getpgrp() == os.getpid(), "session": os.getsid(0) == os.getsid(os.getppid()),
                        "mode": oct(os.stat("..").st_mode & 0o777), "fds": len(os.listdir("/proc/self/fd"))}
                json.dump(seen, open("seen.json", "w"))
            """;

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        var seen = JsonNode.Parse(File.ReadAllText(Path.Combine(_run.RunFolder, "run-version-0/seen.json")))!;
        var home = _run.PrivateDirectory;
        var expected = new Dictionary<string, string>
        {
            ["HOME"] = $"{home}/home",
            ["PYTHONUSERBASE"] = "/home/reducer/.local",
            ["TMPDIR"] = $"{home}/tmp",
            ["MPLCONFIGDIR"] = $"{home}/home",
            ["MPLBACKEND"] = "Agg",
            ["QT_QPA_PLATFORM"] = "offscreen",
            ["PYTHONPATH"] = "/opt/one:/opt/two:/inherited",
            ["PATH"] = "/usr/bin:/bin",
            ["LC_ALL"] = "C.UTF-8",
            ["TZ"] = "Europe/London",
            ["AUTOREDUCTION_JOB"] = Path.GetFileName(home),
        };
        Assert.That(seen["env"]!.AsObject().ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<string>()), Is.EquivalentTo(expected));
        Assert.That(seen["cwd"]!.GetValue<string>() + "/", Is.EqualTo(seen["output_dir"]!.GetValue<string>()));
        Assert.That(seen["stdin"]!.GetValue<string>(), Is.Empty);
        Assert.That(seen["group"]!.GetValue<bool>() && seen["session"]!.GetValue<bool>(), Is.True);
        Assert.That(seen["mode"]!.GetValue<string>(), Is.EqualTo("0o700"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Further_destinations_get_the_results_and_one_that_cannot_be_written_fails_nothing(CancellationToken token)
    {
        var elsewhere = _run.PathOf("elsewhere");
        var blocked = _run.Write("blocked", "a file");
        _run.Script = $"def main(input_file, output_dir):\n    open('out.txt', 'w').write('x')\n    return ['{elsewhere}', '{blocked}', output_dir]\n";

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        await _broker.NextAsync(token);
        var complete = await _broker.NextAsync(token);
        Assert.That(complete.Destination, Is.EqualTo("/queue/ReductionComplete"));
        Assert.That(complete.Body["admin_log"]!.GetValue<string>(), Does.Contain(blocked));
        Assert.That(File.ReadAllText(Path.Combine(elsewhere, "out.txt")), Is.EqualTo("x"));
        Assert.That(Directory.GetFileSystemEntries(elsewhere, ".*"), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task The_instruments_script_is_run_where_the_message_has_none(CancellationToken token)
    {
        _run.Message["reduction_script"] = null;
        _run.Write("scripts/TESTY/reduce.py", "import reduce_vars as web_var\ndef main(input_file, output_dir):\n    open('vars', 'w').write(str(web_var.standard_vars))\n");
        _run.Write("scripts/TESTY/reduce_vars.py", "standard_vars = {'a': 1}\n");

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(File.ReadAllText(Path.Combine(_run.RunFolder, "run-version-0/vars")), Is.EqualTo("{'a': 1, 'vanadium-mass': 1.5}"));
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        await _broker.DisposeAsync();
    }
}
