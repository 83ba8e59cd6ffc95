using System.Diagnostics;
using Autoreduction.Posix;
using Mono.Unix.Native;
using NUnit.Framework;

namespace Autoreduction.Tests.Posix;

public sealed class DurableFileTests
{
    private PrivateDirectory _directory = null!;
    private string _path = "";

    [SetUp]
    public void SetUp()
    {
        _directory = new PrivateDirectory();
        _path = _directory["record.json"];
    }

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public void A_file_is_replaced_with_the_given_permissions()
    {
        DurableFile.Write(_path, "old"u8, FileBits.Readable);
        DurableFile.Write(_path, "new"u8, FileBits.OwnerOnly);

        Assert.That(DurableFile.TryRead(_path, 100), Is.EqualTo("new"u8.ToArray()));
        Assert.That((int)File.GetUnixFileMode(_path), Is.EqualTo(FileBits.OwnerOnly));
        Assert.That(Directory.EnumerateFileSystemEntries(_directory.Root), Is.EqualTo(new[] { _path }));
    }

    [Test]
    public void What_is_prepared_is_the_files_content_when_it_is_named()
    {
        DurableFile.Write(_path, "old"u8, FileBits.OwnerOnly);

        using (DurableFile.Prepare(_path, "never named"u8, FileBits.OwnerOnly))
        {
            Assert.That(File.ReadAllText(_path), Is.EqualTo("old"));
        }

        using var prepared = DurableFile.Prepare(_path, "new"u8, FileBits.OwnerOnly);
        prepared.Name();

        Assert.That(File.ReadAllText(_path), Is.EqualTo("new"));
        Assert.That(Directory.EnumerateFileSystemEntries(_directory.Root), Is.EqualTo(new[] { _path }));
    }

    [Test]
    public void A_link_is_replaced_and_not_followed()
    {
        File.WriteAllText(_directory["target"], "untouched");
        File.CreateSymbolicLink(_path, _directory["target"]);

        DurableFile.Write(_path, "new"u8, FileBits.OwnerOnly);

        Assert.That(File.ReadAllText(_directory["target"]), Is.EqualTo("untouched"));
        Assert.That(FileSystem.IsRegularFile(_path), Is.True);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task F23_A_full_disk_leaves_the_old_content_and_no_temporary_file(CancellationToken token)
    {
        const string script = """
            mount -t tmpfs -o size=64k tmpfs "$1" || { echo no mounts; exit; }
            "$0" write "$1/f" 100; "$0" write "$1/f" 1000000; ls -A "$1"; wc -c <"$1/f"
            """;
        var lines = (await Probe.ShellAsync("exec unshare -m /bin/sh -c \"$2\" \"$0\" \"$1\"", token, _directory.Root, script)).Split('\n');
        Assume.That(lines, Has.Length.EqualTo(4), "mounting is not permitted here");

        Assert.That(lines[0], Is.EqualTo("written"));
        Assert.That(lines[1], Does.StartWith("write ").And.Contain("ENOSPC"));
        Assert.That(lines[2..], Is.EqualTo(new[] { "f", "100" }));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task F1_A_writer_that_is_killed_leaves_a_whole_content(CancellationToken token)
    {
        for (var i = 0; i < 5; i++)
        {
            File.Delete(_path);
            using var writer = Process.Start(Probe.Path, ["rewrite", _path]);
            while (!File.Exists(_path))
            {
                await Task.Delay(i, token);
            }

            writer.Kill();
            await writer.WaitForExitAsync(token);

            var content = DurableFile.TryRead(_path, 20_000)!;
            Assert.That(content, Has.Length.EqualTo(20_000).And.All.EqualTo(content[0]));
        }
    }

    [Test]
    public void A_directory_that_is_missing_is_named()
    {
        Assert.That(() => DurableFile.Write(_directory["none/file"], "x"u8, FileBits.OwnerOnly),
            Throws.TypeOf<PosixException>().With.Property("Errno").EqualTo(Errno.ENOENT).And.Message.Contains(_directory["none/file"]));
    }

    [Test]
    public void A_target_that_cannot_be_replaced_leaves_no_temporary_file()
    {
        Directory.CreateDirectory(_path);

        Assert.That(() => DurableFile.Write(_path, "x"u8, FileBits.OwnerOnly), Throws.TypeOf<PosixException>());
        Assert.That(Directory.EnumerateFileSystemEntries(_directory.Root), Is.EqualTo(new[] { _path }));
    }

    [Test]
    public void Only_plain_files_up_to_a_limit_are_read()
    {
        Syscall.mkfifo(_directory["fifo"], FilePermissions.DEFFILEMODE);
        File.WriteAllText(_path, "12345");

        Assert.That(DurableFile.TryRead(_path, 5), Has.Length.EqualTo(5));
        Assert.That(() => DurableFile.TryRead(_path, 4), Throws.InstanceOf<IOException>().With.Message.Contains("larger than 4"));
        Assert.That(() => DurableFile.TryRead(_directory["fifo"], 100), Throws.InstanceOf<IOException>().With.Message.Contains("not a plain file"));
        Assert.That(() => DurableFile.TryRead(_directory.Root, 100), Throws.InstanceOf<IOException>());
        Assert.That(DurableFile.TryRead(_directory["none"], 100), Is.Null);
        Assert.That(DurableFile.TryRead(_directory["none/file"], 100), Is.Null);
    }
}
