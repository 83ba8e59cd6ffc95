using Autoreduction.Posix;
using Mono.Unix.Native;
using NUnit.Framework;

namespace Autoreduction.Tests.Posix;

public sealed class FileSystemTests
{
    private PrivateDirectory _directory = null!;

    [SetUp]
    public void SetUp() => _directory = new PrivateDirectory();

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [TestCase("0755", true)]
    [TestCase("0700", true)]
    [TestCase("0775", false)]
    [TestCase("0757", false)]
    [TestCase("1777", false)]
    public void A_directory_that_others_can_write_to_is_unsafe(string mode, bool isSafe)
    {
        Syscall.chmod(_directory.Root, NativeConvert.FromOctalPermissionString(mode));

        var reason = FileSystem.WhyUnsafe(_directory.Root);

        Assert.That(reason, isSafe ? Is.Null : Does.Contain("chmod go-w"));
    }

    [Test]
    public void What_is_missing_a_link_or_foreign_is_unsafe()
    {
        File.CreateSymbolicLink(_directory["link"], _directory.Root);
        Directory.CreateDirectory(_directory["foreign"]);

        Assert.That(FileSystem.WhyUnsafe(_directory["none"]), Does.Contain("can't be looked at"));
        Assert.That(FileSystem.WhyUnsafe(_directory["link"]), Does.Contain("not a directory"));
        Assume.That(Syscall.chown(_directory["foreign"], 65534, 65534), Is.Zero, "takes root");
        Assert.That(FileSystem.WhyUnsafe(_directory["foreign"]), Does.Contain("belongs to user 65534"));
    }

    [Test]
    public void Of_two_that_rename_to_one_name_one_succeeds()
    {
        Directory.CreateDirectory(_directory["a"]);
        Directory.CreateDirectory(_directory["b"]);

        Assert.That(FileSystem.TryRenameDirectoryNoReplace(_directory["a"], _directory["target"]), Is.True);
        Assert.That(FileSystem.TryRenameDirectoryNoReplace(_directory["b"], _directory["target"]), Is.False);
        Assert.That(Directory.Exists(_directory["b"]), Is.True);
        Assert.That(() => FileSystem.TryRenameDirectoryNoReplace(_directory["none"], _directory["c"]), Throws.TypeOf<PosixException>());
    }

    [Test]
    public void A_file_replaces_another_by_rename()
    {
        File.WriteAllText(_directory["a"], "a");
        File.WriteAllText(_directory["b"], "b");

        FileSystem.Rename(_directory["a"], _directory["b"]);

        Assert.That(File.ReadAllText(_directory["b"]), Is.EqualTo("a"));
        Assert.That(() => FileSystem.Rename(_directory["a"], _directory["b"]), Throws.TypeOf<PosixException>());
    }

    [Test]
    public void A_file_system_is_written_to_its_disk()
    {
        using var sync = FileSystemSync.Open(_directory.Root);

        Assert.That(sync.Run, Throws.Nothing);
        Assert.That(() => FileSystemSync.Open(_directory["none"]), Throws.TypeOf<PosixException>());
    }

    [Test]
    public void A_tree_is_deleted_though_its_owner_took_his_permissions_away_and_links_are_not_followed()
    {
        Directory.CreateDirectory(_directory["outside"]);
        File.WriteAllText(_directory["outside/kept"], "");
        Directory.CreateDirectory(_directory["tree/inner"]);
        File.WriteAllText(_directory["tree/inner/file"], "");
        File.CreateSymbolicLink(_directory["tree/inner/link"], _directory["outside"]);
        Syscall.chmod(_directory["tree/inner"], 0);
        Syscall.chmod(_directory["tree"], 0);

        FileSystem.DeleteTree(_directory["tree"]);

        Assert.That(Directory.Exists(_directory["tree"]), Is.False);
        Assert.That(File.Exists(_directory["outside/kept"]), Is.True);
        Assert.That(FileSystem.IsRegularFile(_directory["outside/kept"]), Is.True);
        Assert.That(FileSystem.IsRegularFile(_directory["outside"]), Is.False);
    }

    [Test]
    public void A_tree_is_deleted_whose_names_are_no_text_and_whose_paths_are_too_long()
    {
        Directory.CreateDirectory(_directory["tree"]);
        Python.Run(_directory["tree"], "import os; os.mkdir(b'\\xff'); open(b'\\xff/\\xfe\\n', 'w').close(); [(os.mkdir('d' * 200), os.chdir('d' * 200)) for _ in range(60)]; open('leaf', 'w').close()");

        FileSystem.DeleteTree(_directory["tree"]);

        Assert.That(Directory.GetFileSystemEntries(_directory.Root), Is.Empty);
    }

    [Test]
    public void What_is_mounted_in_a_tree_is_left_alone_and_told()
    {
        Assume.That(Environment.IsPrivilegedProcess, "takes root");
        Directory.CreateDirectory(_directory["tree/mounted"]);
        File.WriteAllText(_directory["tree/file"], "");
        Assert.That(Probe.OutputOf(Probe.Shell("mount -t tmpfs none \"$1\" && touch \"$1/kept\" && echo mounted", _directory["tree/mounted"])), Is.EqualTo("mounted"));
        try
        {
            Assert.That(() => FileSystem.DeleteTree(_directory["tree"]), Throws.TypeOf<PosixException>().With.Property("Errno").EqualTo(Errno.EBUSY));

            Assert.That(File.Exists(_directory["tree/mounted/kept"]), Is.True);
            Assert.That(File.Exists(_directory["tree/file"]), Is.False);
        }
        finally
        {
            Probe.OutputOf(Probe.Shell("umount \"$1\"", _directory["tree/mounted"]));
        }
    }
}
