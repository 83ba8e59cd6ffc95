using System.Text.Json.Nodes;
using Autoreduction.Contract;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>What a script can see, and as whom it runs.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunIsolationTests : IAsyncDisposable
{
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute;
    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;

    public RunIsolationTests() => _run = new PostProcessAdminRunner(_broker.Uri);

    [Test]
    [CancelAfter(60_000)]
    public async Task The_brokers_password_is_in_no_environment_command_line_or_descriptor_that_a_script_can_read(CancellationToken token)
    {
        _run.Script = $$"""
            import glob, json, os
            def main(input_file, output_dir):
                found = []
                # In halves: this script is in no file that is looked at, but its text would match itself.
                password = b"{{_run.Password[..10]}}" + b"{{_run.Password[10..]}}"
                for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
                    try:
                        with open(path, "rb") as file:
                            if password in file.read():
                                found.append(path)
                    except OSError:
                        pass
                descriptors = {}
                for number in os.listdir("/proc/self/fd"):
                    try:
                        descriptors[number] = os.readlink("/proc/self/fd/" + number)
                    except OSError:
                        pass  # the one that lists them
                json.dump({"found": found, "descriptors": descriptors}, open("seen.json", "w"))
            """;

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        var seen = JsonNode.Parse(File.ReadAllText(Path.Combine(_run.RunFolder, "run-version-0/seen.json")))!;
        Assert.That(seen["found"]!.AsArray(), Is.Empty);
        var descriptors = seen["descriptors"]!.AsObject().ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<string>());
        descriptors.Remove("4"); // Python's own copy of the log, made by the driver.
        Assert.That(descriptors.Values, Has.None.StartsWith("pipe:").And.None.StartsWith("socket:"));
        Assert.That(descriptors["3"], Is.EqualTo(_run.Files.Lock));
        Assert.That(Directory.GetFiles(_run.PathOf("state"), "*", SearchOption.AllDirectories).Where(file => File.ReadAllText(file).Contains(_run.Password)), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_script_runs_as_the_user_of_the_setting_and_has_no_more_rights_than_that(CancellationToken token)
    {
        RequireRoot();
        File.SetUnixFileMode(_run.PathOf(""), Passable);
        File.SetUnixFileMode(_run.Temporary, Passable);
        var secret = _run.Write("secret", "of root");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead);
        var elsewhere = Directory.CreateDirectory(_run.PathOf("of-root")).FullName;
        _run.Reduction = _run.Reduction with { ScriptUser = "nobody" };
        _run.Script = $$"""
            import os, tempfile
            with open("out.txt", "w") as file:
                file.write("{} {}".format(os.getuid(), os.getgroups() == [os.getgid()]))
            open(os.path.expanduser("~/x"), "w").close()
            tempfile.mkstemp()
            try:
                open("{{secret}}")
            except PermissionError:
                open("refused", "w").close()
            output = ["out.txt", "{{secret}}"]
            """;

        var code = await _run.RunAsync(token);

        var folder = Path.Combine(_run.RunFolder, "run-version-0");
        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(File.ReadAllText(Path.Combine(folder, "out.txt")), Is.EqualTo("65534 True"), _run.AdminLog);
        Assert.That(Directory.GetFileSystemEntries(folder).Select(Path.GetFileName), Is.EquivalentTo(new[] { "out.txt", "refused", "reduction_log" }));
        Assert.That(_run.AdminLog, Does.Contain($"{secret} is not copied"));
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
        Assert.That(Directory.GetFileSystemEntries(elsewhere), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_further_destination_is_written_with_the_rights_of_the_scripts_user(CancellationToken token)
    {
        RequireRoot();
        File.SetUnixFileMode(_run.PathOf(""), Passable);
        File.SetUnixFileMode(_run.Temporary, Passable);
        var ofRoot = Directory.CreateDirectory(_run.PathOf("of-root")).FullName;
        var ofAll = Directory.CreateDirectory(_run.PathOf("of-all")).FullName;
        File.SetUnixFileMode(ofAll, (UnixFileMode)0b111_111_111);
        _run.Reduction = _run.Reduction with { ScriptUser = "nobody" };
        _run.Script = $"def main(input_file, output_dir):\n    open('out.txt', 'w').write('x')\n    return ['{ofRoot}', '{ofAll}']\n";

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(_run.Outcome!.Result, Is.EqualTo(JobResult.Complete));
        Assert.That(Directory.GetFileSystemEntries(ofRoot), Is.Empty);
        Assert.That(File.ReadAllText(Path.Combine(ofAll, "out.txt")), Is.EqualTo("x"));
        Assert.That(_run.AdminLog, Does.Contain($"further destination {ofRoot}"));
    }

    [TestCase("nobody", "chmod o+x")]
    [TestCase("no-such-user", "this machine has no such user")]
    [CancelAfter(60_000)]
    public async Task A_user_that_cannot_run_scripts_is_an_error_that_says_what_to_do(string user, string expected, CancellationToken token)
    {
        RequireRoot();
        _run.Reduction = _run.Reduction with { ScriptUser = user };

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(_run.Outcome!.Result, Is.EqualTo(JobResult.Error));
        Assert.That(_run.Outcome.Message, Does.Contain(expected).And.Contain("reduction.script_user"));
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        await _broker.DisposeAsync();
    }

    private static void RequireRoot()
    {
        if (!UserAccount.MayChange)
        {
            Assert.Ignore("needs root");
        }
    }
}
