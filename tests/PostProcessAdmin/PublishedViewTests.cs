using Autoreduction.PostProcessAdmin;
using Mono.Unix.Native;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>What somebody sees who looks at the target again and again while results are published there.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class PublishedViewTests : IDisposable
{
    private const int Generations = 5;
    private static readonly string[] Names = [.. Enumerable.Range(0, 300).Select(number => $"file{number:000}.nxs")];
    private readonly PublisherPlace _place = new();
    private readonly ResultTree[] _trees;

    // Unlike in content, and in size.
    public PublishedViewTests() => _trees = [.. Enumerable.Range(1, Generations).Select(generation => _place.Tree(Names, name => Content(name, generation)))];

    [Test]
    [CancelAfter(60_000)]
    public async Task Each_file_of_a_flat_directory_is_one_result_as_a_whole(CancellationToken token)
    {
        var flaws = await FlawsAsync(() => FlawsOfFiles(_place.Results), tree => _place.Publisher("job", isFlat: true).PublishAsync(tree, replace: false, TimeSpan.Zero, token), token);

        Assert.That(flaws, Is.Empty);
        AssertAllOfLast(_place.Results);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Each_file_of_a_further_destination_is_one_result_as_a_whole(CancellationToken token)
    {
        var destination = Path.Combine(_place.Root, "destination");

        var flaws = await FlawsAsync(() => FlawsOfFiles(destination), tree => Task.Run(() => _place.Publisher("job").CopyTo(destination, tree, ScriptUser.Ours), token), token);

        Assert.That(flaws, Is.Empty);
        AssertAllOfLast(destination);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_version_that_is_overwritten_is_the_former_or_the_new_one_as_a_whole(CancellationToken token)
    {
        var version = Path.Combine(_place.Results, "run-version-0");

        var flaws = await FlawsAsync(() => FlawsOfVersion(version), tree => _place.Publisher("job").PublishAsync(tree, replace: true, TimeSpan.Zero, token), token);

        Assert.That(flaws, Is.Empty);
        AssertAllOfLast(version);
        Assert.That(Directory.GetFileSystemEntries(_place.Results), Is.EqualTo(new[] { version }));
    }

    public void Dispose() => _place.Dispose();

    private static string Content(string name, int generation) => string.Concat(Enumerable.Repeat($"{generation} {name}\n", 200 * generation));

    // Of which generation a file is; null: of none.
    private static int? GenerationOf(string path)
    {
        var text = File.ReadAllText(path);
        return text.Length > 0 && text[0] - '0' is > 0 and <= Generations and var generation && text == Content(Path.GetFileName(path), generation) ? generation : null;
    }

    private static void AssertAllOfLast(string directory) =>
        Assert.That(Names.Select(name => GenerationOf(Path.Combine(directory, name))), Has.All.EqualTo(Generations));

    private static IEnumerable<string> FlawsOfFiles(string directory) => Directory.Exists(directory)
        ? Directory.EnumerateFiles(directory).Where(path => GenerationOf(path) is null)
        : [];

    // By a descriptor: the directory of that name may be another one at any moment, or, between two renames, none.
    private static IEnumerable<string> FlawsOfVersion(string directory)
    {
        var descriptor = Syscall.open(directory, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC);
        if (descriptor < 0)
        {
            return [];
        }

        try
        {
            var seen = GenerationsIn($"/proc/self/fd/{descriptor}");
            var isWhole = seen.Count == Names.Length && seen[0] is not null && seen.TrueForAll(generation => generation == seen[0]);

            // What was replaced meanwhile is being deleted, and no more seen by anybody else.
            return isWhole || Syscall.fstat(descriptor, out var looked) < 0 || Syscall.stat(directory, out var there) < 0 || looked.st_ino != there.st_ino
                ? []
                : [$"{seen.Count} files of {string.Join(' ', seen.Distinct())}"];
        }
        finally
        {
            _ = Syscall.close(descriptor);
        }
    }

    private static List<int?> GenerationsIn(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFiles(directory).Select(GenerationOf)];
        }
        catch (IOException)
        {
            return [];
        }
    }

    // The looker has a thread of its own, and looks already: the pool's threads may all be busy with publishing.
    private async Task<List<string>> FlawsAsync(Func<IEnumerable<string>> look, Func<ResultTree, Task> publish, CancellationToken token)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(token);
        var begun = new TaskCompletionSource();
        var looking = Task.Factory.StartNew(
            () =>
            {
                var flaws = new List<string>();
                while (!over.IsCancellationRequested && flaws.Count == 0)
                {
                    flaws.AddRange(look());
                    begun.TrySetResult();
                }

                return flaws;
            },
            token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAny(begun.Task, looking);
        try
        {
            foreach (var tree in _trees)
            {
                await publish(tree);
            }
        }
        finally
        {
            await over.CancelAsync();
            await looking;
        }

        return await looking;
    }
}
