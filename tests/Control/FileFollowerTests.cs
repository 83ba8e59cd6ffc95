using Autoreduction.Control;
using Autoreduction.Tests.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

public sealed class FileFollowerTests
{
    private PrivateDirectory _directory = null!;

    [SetUp]
    public void SetUp() => _directory = new PrivateDirectory();

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [TestCase(1, "c\n")]
    [TestCase(2, "b\nc\n")]
    [TestCase(3, "a\nb\nc\n")]
    [TestCase(int.MaxValue, "a\nb\nc\n")]
    public void It_begins_with_the_last_lines(int lines, string expected)
    {
        File.WriteAllText(_directory["log"], "a\nb\nc\n");

        Assert.That(new FileFollower(_directory["log"], lines).ReadNew(), Is.EqualTo(expected));
    }

    [Test]
    public void It_goes_on_with_what_is_added_and_after_a_rotation()
    {
        var follower = new FileFollower(_directory["log"], 10);
        Assert.That((follower.ReadNew(), follower.HasBeenSeen), Is.EqualTo(("", false)));

        File.WriteAllText(_directory["log"], "first\n");
        Assert.That((follower.ReadNew(), follower.HasBeenSeen), Is.EqualTo(("first\n", true)));
        File.AppendAllText(_directory["log"], "second\n");
        Assert.That(follower.ReadNew(), Is.EqualTo("second\n"));
        Assert.That(follower.ReadNew(), Is.Empty);
        File.Move(_directory["log"], _directory["log.0"]);
        Assert.That(follower.ReadNew(), Is.Empty);
        File.WriteAllText(_directory["log"], "new\n");
        Assert.That(follower.ReadNew(), Is.EqualTo("new\n"));
    }
}
