using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Posix;

public sealed class PidFileTests
{
    private PrivateDirectory _directory = null!;
    private string _path = "";

    [SetUp]
    public void SetUp()
    {
        _directory = new PrivateDirectory();
        _path = _directory["daemon.pid"];
    }

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public void It_holds_our_pid_and_a_newline_while_we_live()
    {
        using (PidFile.Write(_path))
        {
            Assert.That(File.ReadAllText(_path), Is.EqualTo($"{Environment.ProcessId}\n"));
            Assert.That((int)File.GetUnixFileMode(_path), Is.EqualTo(FileBits.Readable));
            Assert.That(PidFile.TryRead(_path, out var problem), Is.EqualTo(Environment.ProcessId));
            Assert.That(problem, Is.Empty);
        }

        Assert.That(Directory.EnumerateFileSystemEntries(_directory.Root), Is.Empty);
    }

    [Test]
    public void It_is_removed_only_if_it_is_still_ours()
    {
        using (PidFile.Write(_path))
        {
            File.WriteAllText(_path, "1\n");
        }

        Assert.That(File.ReadAllText(_path), Is.EqualTo("1\n"));
    }

    [TestCase("garbage\n")]
    [TestCase("")]
    [TestCase("\n")]
    [TestCase("-5\n")]
    [TestCase("0\n")]
    [TestCase(" 12\n")]
    [TestCase("12 13\n")]
    [TestCase("12\n13\n")]
    [TestCase("0x12\n")]
    [TestCase("99999999999\n")]
    [TestCase("00000000000000000000000000000012345\n")]
    public void F21_What_is_no_pid_is_not_read_as_one(string content)
    {
        File.WriteAllText(_path, content);

        Assert.That(PidFile.TryRead(_path, out var problem), Is.Null);
        Assert.That(problem, Does.Contain(_path));
    }

    [Test]
    public void F21_A_missing_file_is_no_problem()
    {
        Assert.That(PidFile.TryRead(_path, out var problem), Is.Null);
        Assert.That(problem, Is.Empty);
    }

    [TestCase("symlink")]
    [TestCase("dangling")]
    [TestCase("directory")]
    [TestCase("fifo")]
    [TestCase("10 MB")]
    public void F21_What_is_no_pid_file_is_neither_read_nor_followed_and_is_replaced(string kind)
    {
        StalePidFile.Make(_path, kind);

        Assert.That(PidFile.TryRead(_path, out var problem), Is.Null);
        Assert.That(problem, Is.Not.Empty);
        using (PidFile.Write(_path))
        {
            Assert.That(FileSystem.IsRegularFile(_path), Is.True);
            Assert.That(PidFile.TryRead(_path, out _), Is.EqualTo(Environment.ProcessId));
        }

        Assert.That(File.Exists(_path), Is.False);
        Assert.That(File.ReadAllText(StalePidFile.TargetOf(_path)), Is.EqualTo("1\n"), "what a link points to is left alone");
    }

    [Test]
    public void A_directory_with_something_in_it_is_not_replaced()
    {
        Directory.CreateDirectory(Path.Combine(_path, "inner"));

        Assert.That(() => PidFile.Write(_path), Throws.TypeOf<PosixException>().With.Message.Contains(_path));
        Assert.That(Directory.EnumerateFileSystemEntries(_directory.Root), Is.EqualTo(new[] { _path }));
    }
}
