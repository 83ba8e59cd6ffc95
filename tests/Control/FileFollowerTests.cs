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

        using var follower = new FileFollower(_directory["log"], lines);
        Assert.That(follower.ReadNew(), Is.EqualTo(expected));
    }

    [Test]
    public void It_goes_on_with_what_is_added_and_after_a_rotation()
    {
        using var follower = new FileFollower(_directory["log"], 10);
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

    [Test]
    public void Where_it_was_set_aside_it_begins_there_until_there_is_a_new_one()
    {
        File.WriteAllText(_directory["log.1"], "a\nb\n");
        using var follower = new FileFollower(_directory["log"], 1, _directory["log.1"]);

        Assert.That(follower.ReadNew(), Is.EqualTo("b\n"));
        Assert.That(follower.ReadNew(), Is.Empty);
        File.AppendAllText(_directory["log.1"], "c\n");
        File.WriteAllText(_directory["log"], "d\n");
        Assert.That(follower.ReadNew(), Is.EqualTo("c\nd\n"));
    }

    [TestCase("two\n")]
    [TestCase("much longer than the one before\n")]
    [TestCase("2\n")]
    public void A_file_that_took_the_place_of_another_is_read_from_its_beginning_after_the_rest_of_that(string content)
    {
        File.WriteAllText(_directory["log"], "one\n");
        using var follower = new FileFollower(_directory["log"], 10);
        Assert.That(follower.ReadNew(), Is.EqualTo("one\n"));

        File.Move(_directory["log"], _directory["log.1"]);
        File.AppendAllText(_directory["log.1"], "rest\n");
        File.WriteAllText(_directory["log"], content);

        Assert.That(follower.ReadNew(), Is.EqualTo("rest\n" + content));
        Assert.That(follower.ReadNew(), Is.Empty);
    }

    [Test]
    public void A_file_that_was_removed_and_made_again_is_another_although_its_number_may_be_the_same()
    {
        File.WriteAllText(_directory["log"], "one\n");
        using var follower = new FileFollower(_directory["log"], 10);
        follower.ReadNew();

        File.Delete(_directory["log"]);
        File.WriteAllText(_directory["log"], "two\n");

        Assert.That(follower.ReadNew(), Is.EqualTo("two\n"));
    }

    [Test]
    public void A_file_that_was_emptied_is_read_from_its_beginning()
    {
        File.WriteAllText(_directory["log"], "one\n");
        using var follower = new FileFollower(_directory["log"], 10);
        follower.ReadNew();

        File.WriteAllText(_directory["log"], "2\n");

        Assert.That(follower.ReadNew(), Is.EqualTo("2\n"));
    }

    [Test]
    public void A_copy_elsewhere_is_read_on_from_where_the_first_one_was_left()
    {
        File.WriteAllText(_directory["log"], "one\n");
        using var follower = new FileFollower(_directory["log"], 10);
        follower.ReadNew();

        File.WriteAllText(_directory["stored"], "one\ntwo\n");
        follower.FilePath = _directory["stored"];

        Assert.That(follower.ReadNew(), Is.EqualTo("two\n"));
    }
}
