using Autoreduction.Contract;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>Results that are unlike what a facility's scripts make, in both layouts.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunOddFilesTests : IAsyncDisposable
{
    private const string Script = """
        import os, socket
        def main(input_file, output_dir):
            for name in b"new\nline", b"-rf", b" blank ", b"quote'\"", b"back\\slash", b"...", b".hidden", b"n" * 255, b"caf\xe9":
                with open(os.path.join(os.fsencode(output_dir), name), "wb") as file:
                    file.write(b"x")
            os.makedirs(b"dir\xff/sub")
            open(b"dir\xff/sub/\xfe", "w").close()
            with open("sparse", "wb") as file:
                file.truncate(4 << 30)
            os.link("...", "hard")
            os.symlink("hard", "soft")
            os.symlink("/etc/passwd", "out")
            os.mkfifo("fifo")
            socket.socket(socket.AF_UNIX).bind("socket")
            os.makedirs("locked/inner")
            open("locked/inner/file", "w").close()
            os.chmod("locked/inner/file", 0)
            os.chmod("locked", 0)
            os.chmod(output_dir, 0)
        """;

    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;

    public RunOddFilesTests() => _run = new PostProcessAdminRunner(_broker.Uri);

    [Test]
    [CancelAfter(60_000)]
    public async Task All_that_are_files_are_stored_whatever_their_names_and_permissions([Values] bool isFlat, CancellationToken token)
    {
        _run.Message["flat_output"] = isFlat;
        _run.Script = Script;

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(_run.Outcome!.Result, Is.EqualTo(JobResult.Complete), _run.AdminLog);
        var folder = _run.Outcome.ResultDirectories.Single();
        Assert.That(Directory.GetFileSystemEntries(folder).Select(Path.GetFileName), Is.EquivalentTo(new[]
        {
            "new\nline", "-rf", " blank ", "quote'\"", "back\\slash", "...", ".hidden", new string('n', 255), "caf\u00e9", "dir\u00ff",
            "sparse", "hard", "soft", "locked", "reduction_log",
        }));
        Assert.That(File.ReadAllText($"{folder}/caf\u00e9"), Is.EqualTo("x"));
        Assert.That(File.Exists($"{folder}/dir\u00ff/sub/\u00fe"), Is.True);
        Assert.That(File.Exists($"{folder}/locked/inner/file"), Is.True);
        Assert.That(FileUse.TryRead($"{folder}/sparse", out var use) && use.Bytes < 1 << 20, Is.True);
        Assert.That(_run.AdminLog, Does.Contain("output/fifo is not copied").And.Contain("output/socket is not copied").And.Contain("output/out is not copied"));
        Assert.That(_run.AdminLog, Does.Contain("a file name that is no UTF-8 was read as latin-1: caf\u00e9"));
        Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Results_that_are_nested_too_deep_are_kept_and_told(CancellationToken token)
    {
        _run.Script = "import os\ndef main(input_file, output_dir):\n    for _ in range(30):\n        os.mkdir('d' * 200)\n        os.chdir('d' * 200)\n    open('leaf', 'w').close()\n";

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(_run.Outcome!.Message, Does.Contain("nested deeper than a path can be long").And.Contain($"kept on {Environment.MachineName} in {_run.PrivateDirectory}/output"));
        Assert.That(Directory.Exists($"{_run.PrivateDirectory}/output/{new string('d', 200)}"), Is.True);
        FileSystem.DeleteTree(_run.PrivateDirectory);
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        await _broker.DisposeAsync();
    }
}
