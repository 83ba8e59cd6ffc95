using Autoreduction.Contract;
using Autoreduction.Posix;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>Interpreters of every kind that a facility may set, and the version of its reduction software.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunInterpreterTests : IAsyncDisposable
{
    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;

    public RunInterpreterTests() => _run = new PostProcessAdminRunner(_broker.Uri);

    [Test]
    [CancelAfter(60_000)]
    public async Task A_command_line_may_stand_in_front_of_the_driver(CancellationToken token)
    {
        await SeesAsync(["/usr/bin/env", "WRAPPED=yes", "/usr/bin/python3", "-X", "utf8"], "os.environ['WRAPPED'], sys.flags.utf8_mode", "yes 1", token);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_wrapper_script_may_set_things_up(CancellationToken token)
    {
        var wrapper = _run.PathOf("mantidpython");
        Executables.Write(wrapper, "#!/bin/sh\n[ \"$1\" = --classic ] && shift\nMANTID=/opt/x; export MANTID\ncd /\n/usr/bin/python3 \"$@\"\n");

        await SeesAsync([wrapper, "--classic"], "os.environ['MANTID'], os.path.basename(os.getcwd())", "/opt/x output", token);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task An_environment_of_its_own_is_used_by_its_interpreter(CancellationToken token)
    {
        var made = await Programs.RunAsync(["/usr/bin/python3", "-m", "venv", "--without-pip", _run.PathOf("env")], token);
        Assert.That(made.Code, Is.Zero, made.Said);
        _run.Write($"env/lib/{Path.GetFileName(Directory.GetDirectories(_run.PathOf("env/lib")).Single())}/site-packages/of_env.py", "name = 'of the environment'\n");

        await SeesAsync(
            [_run.PathOf("env/bin/python")],
            "sys.prefix, __import__('of_env').name, __import__('importlib.util').util.find_spec('numpy')",
            $"{_run.PathOf("env")} of the environment None",
            token);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_container_runner_with_processes_of_its_own_may_be_used(CancellationToken token)
    {
        if (!UserAccount.MayChange)
        {
            Assert.Ignore("needs root");
        }

        await SeesAsync(["/usr/bin/unshare", "--mount", "--pid", "--fork", "--kill-child", "/usr/bin/python3"], "os.getpid()", "1", token);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_runner_that_does_not_find_its_interpreter_is_told_with_its_own_words(CancellationToken token)
    {
        _run.Reduction = _run.Reduction with { Python = ["/usr/bin/env", "python9"], PythonPath = ["/opt/Mantid/lib"] };

        await _run.RunAsync(token);

        Assert.That(_run.Outcome!.Message, Does.StartWith("REDUCTION Error: the interpreter ended with exit code 127 before the script began: /usr/bin/env: "));
        Assert.That(_run.Outcome.Message, Does.EndWith("The interpreter is /usr/bin/env python9, the setting reduction.python; PYTHONPATH begins with /opt/Mantid/lib, the setting reduction.python_path. Both can differ by instrument."));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_package_that_is_missing_is_told_with_interpreter_and_setting(CancellationToken token)
    {
        _run.Script = "import mantid_of_another_facility\n";

        await _run.RunAsync(token);

        Assert.That(_run.Outcome!.Message, Is.EqualTo("REDUCTION Error: ModuleNotFoundError: No module named 'mantid_of_another_facility'. The interpreter is /usr/bin/python3, the setting reduction.python, which can differ by instrument."));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task The_softwares_version_is_told_of_a_script_that_does_not_import_it_and_asked_for_once(CancellationToken token)
    {
        _run.Write("lib/scattering.py", $"__version__ = '6.9.1'\nopen('{_run.PathOf("asked")}', 'a').write('x')\n");
        _run.Reduction = _run.Reduction with { PythonPath = [_run.PathOf("lib")], Software = ["no_such_module", "scattering"] };
        _run.Script = "raise ValueError()\n";

        foreach (var _ in (int[])[1, 2])
        {
            await _run.RunAsync(token);

            await _broker.NextAsync(token);
            var (destination, body, _) = await _broker.NextAsync(token);
            Assert.That(destination, Is.EqualTo("/queue/ReductionError"));
            Assert.That(body["software"]!.GetValue<string>(), Is.EqualTo("6.9.1"), _run.AdminLog);
            Array.ForEach(Directory.GetFiles(_run.Files.Directory), File.Delete);
        }

        Assert.That(File.ReadAllText(_run.PathOf("asked")), Is.EqualTo("x"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_run_is_announced_while_the_softwares_version_is_still_asked_for(CancellationToken token)
    {
        var (asking, go) = (_run.PathOf("asking"), _run.PathOf("go"));
        var wrapper = _run.PathOf("slow-python");
        Executables.Write(wrapper, $"#!/bin/sh\nif [ \"$1\" = -c ]; then\n  : >'{asking}'\n  while [ ! -e '{go}' ]; do sleep 0.05; done\nfi\nexec /usr/bin/python3 \"$@\"\n");
        _run.Write("lib/scattering.py", "__version__ = '6.9.1'\n");
        _run.Reduction = _run.Reduction with { Python = [wrapper], PythonPath = [_run.PathOf("lib")], Software = ["scattering"] };

        _run.Start();
        await PostProcessAdminRunner.UntilAsync(() => File.Exists(asking), token);
        var (first, _, _) = await _broker.NextAsync(token);
        File.WriteAllText(go, "");
        await _run.EndAsync(token);

        var (second, body, _) = await _broker.NextAsync(token);
        Assert.That(first, Is.EqualTo("/queue/ReductionStarted"));
        Assert.That(second, Is.EqualTo("/queue/ReductionComplete"), _run.AdminLog);
        Assert.That(body["software"]!.GetValue<string>(), Is.EqualTo("6.9.1"));
    }

    [TestCase("")]
    [TestCase("[")]
    [TestCase("{\"question\": 1}")]
    [CancelAfter(60_000)]
    public async Task A_memory_of_the_software_that_is_broken_costs_no_run(string remembered, CancellationToken token)
    {
        _run.Write("lib/scattering.py", "__version__ = '6.9.1'\n");
        _run.Write("state/software/TESTY.json", remembered);
        _run.Reduction = _run.Reduction with { PythonPath = [_run.PathOf("lib")], Software = ["scattering"] };
        _run.Script = "pass\n";

        await _run.RunAsync(token);

        Assert.That(_run.Outcome!.Result, Is.EqualTo(JobResult.Complete), _run.AdminLog);
        Assert.That(File.ReadAllText(_run.PathOf("state/software/TESTY.json")), Does.Contain("6.9.1"));
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        await _broker.DisposeAsync();
    }

    private async Task SeesAsync(string[] python, string expression, string expected, CancellationToken token)
    {
        _run.Reduction = _run.Reduction with { Python = python };
        _run.Script = $"import os, sys\ndef main(input_file, output_dir):\n    open('seen', 'w').write(' '.join(map(str, [{expression}])))\n";

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(_run.Outcome!.Result, Is.EqualTo(JobResult.Complete), _run.Outcome.Message);
        Assert.That(File.ReadAllText(Path.Combine(_run.RunFolder, "run-version-0/seen")), Is.EqualTo(expected));
    }
}
