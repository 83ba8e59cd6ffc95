using Autoreduction.Posix;
using Mono.Unix.Native;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>Permissions of results, and many writers of one experiment.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunRightsTests : IAsyncDisposable
{
    private const uint DaemonGroup = 1;
    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;

    public RunRightsTests() => _run = new PostProcessAdminRunner(_broker.Uri);

    [Test]
    [CancelAfter(60_000)]
    public async Task Results_have_the_group_of_their_directory_and_the_permissions_of_the_setting(CancellationToken token)
    {
        var instrument = Directory.CreateDirectory(_run.PathOf("results/TESTY")).FullName;
        _ = UserAccount.MayChange ? Syscall.chown(instrument, uint.MaxValue, DaemonGroup) : 0;
        _ = Syscall.chmod(instrument, FilePermissions.S_ISGID | NativeConvert.FromOctalPermissionString("0775"));
        _ = Syscall.stat(instrument, out var parent);
        _run.Reduction = _run.Reduction with { ScriptUmask = "007" };
        _run.Script = """
            import os
            def main(input_file, output_dir):
                os.mkdir("sub", 0o700)
                for name, mode in ("private", 0o600), ("sub/program", 0o700), ("open", 0o666):
                    os.close(os.open(name, os.O_CREAT | os.O_WRONLY, mode))
            """;

        var code = await _run.RunAsync(token);

        var folder = Path.Combine(_run.RunFolder, "run-version-0");
        Assert.That(code, Is.Zero, _run.AdminLog);
        foreach (var (name, mode) in new[] { ("", "2770"), ("sub", "2770"), ("private", "0660"), ("open", "0660"), ("sub/program", "0770"), ("reduction_log/reduction.json", "0660") })
        {
            _ = Syscall.stat(Path.Combine(folder, name), out var stat);
            Assert.That(NativeConvert.ToOctalPermissionString(stat.st_mode), Is.EqualTo(mode), name);
            Assert.That(stat.st_gid, Is.EqualTo(parent.st_gid), name);
        }
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task Twenty_runs_that_are_reduced_at_once_get_twenty_versions(CancellationToken token)
    {
        var runs = Enumerable.Range(0, 20).Select(_ => new PostProcessAdminRunner(_broker.Uri)).ToList();
        try
        {
            foreach (var run in runs)
            {
                run.Reduction = run.Reduction with { ResultsDirectory = _run.Reduction.ResultsDirectory, Software = [] };
                run.Start();
            }

            foreach (var run in runs)
            {
                Assert.That(await run.EndAsync(token), Is.Zero, run.AdminLog);
            }

            Assert.That(runs.Select(run => run.Outcome!.ResultDirectories.Single()), Is.EquivalentTo(Enumerable.Range(0, 20).Select(n => $"{_run.RunFolder}/run-version-{n}/")));
            Assert.That(Directory.GetFileSystemEntries(_run.RunFolder), Has.Length.EqualTo(20));
        }
        finally
        {
            runs.ForEach(run => run.Dispose());
        }
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        await _broker.DisposeAsync();
    }
}
