using Autoreduction.PostProcessAdmin;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ResultPublisherTests : IDisposable
{
    private readonly PublisherPlace _place = new();

    private string Results => _place.Results;

    [Test]
    [CancelAfter(60_000)]
    public async Task Twenty_racing_publishers_get_twenty_versions_and_nobody_sees_half_a_result(CancellationToken token)
    {
        const int count = 20;
        var tree = _place.Tree("a.txt", "b/c.txt", "b/d/e.txt", "reduction_log/x.out");
        using var over = CancellationTokenSource.CreateLinkedTokenSource(token);
        var watching = Task.Factory.StartNew(() => IncompleteVersions(tree, over.Token), token, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        var published = await Task.WhenAll(Enumerable.Range(0, count).Select(i =>
            Task.Run(() => _place.Publisher($"job-{i}").PublishAsync(tree, replace: false, TimeSpan.Zero, token), token)));

        await over.CancelAsync();
        Assert.That(await watching, Is.Empty);
        Assert.That(published.Select(results => results.Directory), Is.EquivalentTo(Enumerable.Range(0, count).Select(i => $"{Results}/run-version-{i}/")));
        Assert.That(Directory.GetFileSystemEntries(Results), Has.Length.EqualTo(count));
    }

    [Test]
    public async Task A_version_follows_the_highest_and_not_the_first_gap()
    {
        Directory.CreateDirectory(Path.Combine(Results, "run-version-7"));
        File.WriteAllText(Path.Combine(Results, "run-version-8"), "a file");

        var stored = await _place.Publisher("job").PublishAsync(_place.Tree("a.txt"), replace: false, TimeSpan.Zero, CancellationToken.None);

        Assert.That(stored.Directory, Is.EqualTo($"{Results}/run-version-9/"));
    }

    [Test]
    public async Task What_an_interrupted_replacement_left_is_put_right_by_the_next()
    {
        Directory.CreateDirectory(Path.Combine(Results, ".job.former/inner"));
        Directory.CreateDirectory(Path.Combine(Results, ".job.partial/inner"));

        var target = (await _place.Publisher("job").PublishAsync(_place.Tree("a.txt"), replace: true, TimeSpan.Zero, CancellationToken.None)).Directory;

        Assert.That(target, Is.EqualTo($"{Results}/run-version-0/"));
        Assert.That(Directory.GetFileSystemEntries(Results), Has.Length.EqualTo(1));
        Assert.That(Directory.GetFileSystemEntries(target), Is.EqualTo(new[] { target + "a.txt" }));
    }

    [Test]
    public void A_cancelled_publisher_leaves_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);

        Assert.ThrowsAsync<OperationCanceledException>(() => _place.Publisher("job").PublishAsync(_place.Tree("a.txt"), replace: false, TimeSpan.Zero, cancelled));

        Assert.That(Directory.GetFileSystemEntries(Results), Is.Empty);
    }

    [Test]
    public void A_flat_result_is_not_written_through_a_link()
    {
        var outside = Directory.CreateDirectory(Path.Combine(_place.Root, "outside")).FullName;
        Directory.CreateDirectory(Results);
        File.CreateSymbolicLink(Path.Combine(Results, "sub"), outside);

        Assert.ThrowsAsync<IOException>(() =>
            _place.Publisher("job", isFlat: true).PublishAsync(_place.Tree("sub/a.txt"), replace: false, TimeSpan.Zero, CancellationToken.None));

        Assert.That(Directory.GetFileSystemEntries(outside), Is.Empty);
        Assert.That(Directory.GetFileSystemEntries(Results), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Links_are_kept_where_they_stay_inside_and_left_out_where_they_do_not()
    {
        var source = Path.Combine(_place.Root, "source");
        Directory.CreateDirectory(Path.Combine(source, "sub"));
        File.WriteAllText(Path.Combine(source, "sub/a.txt"), "a");
        File.CreateSymbolicLink(Path.Combine(source, "relative"), "sub/a.txt");
        File.CreateSymbolicLink(Path.Combine(source, "absolute"), Path.Combine(source, "sub/a.txt"));
        File.CreateSymbolicLink(Path.Combine(source, "sub/up"), "../sub/a.txt");
        File.CreateSymbolicLink(Path.Combine(source, "loop"), "loop");
        File.CreateSymbolicLink(Path.Combine(source, "outside"), "/etc/passwd");
        File.CreateSymbolicLink(Path.Combine(source, "reduction_log"), "/tmp");
        var tree = new ResultTree(ScriptUser.Ours);
        tree.AddContent(source, reserved: "reduction_log");

        foreach (var isFlat in (bool[])[false, true])
        {
            var target = (await _place.Publisher("job", isFlat).PublishAsync(tree, replace: false, TimeSpan.Zero, CancellationToken.None)).Directory;

            Assert.That(
                Directory.GetFileSystemEntries(target).Select(Path.GetFileName).Where(name => name != "run-version-0"),
                Is.EquivalentTo(new[] { "sub", "relative", "absolute", "loop" }));
            Assert.That(File.ReadAllText(Path.Combine(target, "absolute")), Is.EqualTo("a"));
            Assert.That(new FileInfo(Path.Combine(target, "absolute")).LinkTarget, Is.EqualTo("sub/a.txt"));
            Assert.That(File.ReadAllText(Path.Combine(target, "sub/up")), Is.EqualTo("a"));
        }
    }

    [Test]
    public void A_further_destination_that_cannot_be_written_is_no_failure_and_leaves_nothing()
    {
        var destination = Path.Combine(_place.Root, "destination");
        Directory.CreateDirectory(Path.Combine(destination, "a.txt"));

        _place.Publisher("job").CopyTo(destination, _place.Tree("a.txt"), ScriptUser.Ours);

        Assert.That(Directory.GetFileSystemEntries(destination), Has.Length.EqualTo(1));
    }

    public void Dispose() => _place.Dispose();

    private List<string> IncompleteVersions(ResultTree complete, CancellationToken over)
    {
        var incomplete = new List<string>();
        while (!over.IsCancellationRequested)
        {
            foreach (var version in Directory.Exists(Results) ? Directory.GetDirectories(Results, "run-version-*") : [])
            {
                var files = new DirectoryInfo(version).GetFiles("*", SearchOption.AllDirectories);
                if (files.Length != complete.Files.Count || files.Sum(file => file.Length) != complete.Bytes)
                {
                    incomplete.Add(version);
                }
            }
        }

        return incomplete;
    }
}
