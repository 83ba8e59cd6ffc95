using Autoreduction.Contract;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>A real container runner: podman, with this machine's own files as the image.</summary>
[Category("Full")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunContainerTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;

    public RunContainerTests() => _run = new PostProcessAdminRunner(_broker.Uri);

    private string[] Podman =>
    [
        "/usr/bin/podman", "--root", _run.PathOf("podman/root"), "--runroot", _run.PathOf("podman/run"), "--storage-driver", "vfs",
        "--runtime", "/usr/sbin/runc", "--cgroup-manager", "cgroupfs",
    ];

    private string[] Run =>
    [
        .. Podman, "run", "--rm", "--network=none", "--env-host", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000",
        "-v", $"{_run.PathOf("")}:{_run.PathOf("")}", "--rootfs", "/:O",
    ];

    [SetUp]
    public async Task SeeThatItWorks()
    {
        using var limit = new CancellationTokenSource(Limit);
        var (code, said) = await Programs.RunAsync([.. Run, "true"], limit.Token);
        Assume.That(code, Is.Zero, $"no containers can be run here: {said}");
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_script_runs_in_a_container_as_it_does_outside(CancellationToken token)
    {
        _run.Reduction = _run.Reduction with { Python = [.. Run, "python3"] };
        _run.Script = """
            import os
            def main(input_file, output_dir):
                print(os.getpid(), os.getcwd() + "/" == output_dir, os.path.isdir(os.environ["HOME"]), os.environ["MPLBACKEND"])
                with open("out.txt", "w") as file:
                    file.write(open(input_file).read())
            """;

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(_run.Outcome!.Result, Is.EqualTo(JobResult.Complete), _run.Outcome.Message);
        Assert.That(File.ReadAllText(Path.Combine(_run.RunFolder, "run-version-0/out.txt")), Is.EqualTo("some data"));
        Assert.That(File.ReadAllText(Path.Combine(_run.RunFolder, "run-version-0/reduction_log/RB_1810001_Run_3701_Script.out")), Is.EqualTo("1 True True Agg\n"));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_script_in_a_container_is_ended_with_all_its_processes_when_its_time_is_over(CancellationToken token)
    {
        _run.Reduction = _run.Reduction with { Python = [.. Run, "python3"], ScriptTimeout = TimeSpan.FromSeconds(10) };
        _run.Script = "import os, time\ndef main(input_file, output_dir):\n    os.fork()\n    print('begun', flush=True)\n    time.sleep(600)\n";

        // That nothing of it lives on, in the container or outside, is looked at there.
        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(_run.Outcome!.Message, Is.EqualTo("Script ran for more than 10 seconds - timed out"));
        Assert.That(File.ReadAllText(Path.Combine(_run.RunFolder, "run-version-0/reduction_log/RB_1810001_Run_3701_Script.out")), Is.EqualTo("begun\nbegun\n"));
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        await Programs.RunAsync([.. Podman, "rm", "--force", "--all"], limit.Token);
        _run.Dispose();
        await _broker.DisposeAsync();
    }
}
