using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Posix;

/// <summary>Renaming to a free name where the file system itself can't see to that.</summary>
public sealed class PlainRenameTests
{
    private PrivateDirectory _directory = null!;

    [SetUp]
    public void SetUp() => _directory = new PrivateDirectory();

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    [CancelAfter(60_000)]
    public async Task Of_many_that_rename_to_one_name_one_succeeds(CancellationToken token)
    {
        const int count = 8;
        foreach (var number in Enumerable.Range(0, count))
        {
            Directory.CreateDirectory(_directory[$"{number}"]);
            File.WriteAllText(_directory[$"{number}/file"], $"{number}");
        }

        var said = await Task.WhenAll(Enumerable.Range(0, count).Select(number => RenameAsync($"{number}", "target", token)));

        Assert.That(said, Is.EquivalentTo(Enumerable.Repeat("False", count - 1).Append("True")));
        Assert.That(File.ReadAllText(_directory["target/file"]), Is.EqualTo($"{Array.IndexOf(said, "True")}"));
        Assert.That(Directory.GetDirectories(_directory.Root), Has.Length.EqualTo(count));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task What_there_is_stays_whatever_it_is(CancellationToken token)
    {
        Directory.CreateDirectory(_directory["new"]);
        Directory.CreateDirectory(_directory["empty"]);
        File.WriteAllText(_directory["file"], "kept");
        File.CreateSymbolicLink(_directory["link"], "nowhere");

        foreach (var name in (string[])["empty", "file", "link"])
        {
            Assert.That(await RenameAsync("new", name, token), Is.EqualTo("False"), name);
        }

        Assert.That(Directory.GetFileSystemEntries(_directory.Root), Has.Length.EqualTo(4));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_name_stays_free_where_renaming_fails(CancellationToken token)
    {
        Assert.That(await RenameAsync("none", "target", token), Does.Contain("rename").And.Contain("target"));

        Assert.That(Directory.GetFileSystemEntries(_directory.Root), Is.Empty);
    }

    private async Task<string> RenameAsync(string from, string to, CancellationToken token) =>
        (await Programs.RunAsync([.. PlainRename.Command, Probe.Path, "rename", _directory[from], _directory[to]], token)).Said;
}
