using Autoreduction.Contract;
using Autoreduction.PostProcessAdmin;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>A private directory with results to publish and a place for them.</summary>
internal sealed class PublisherPlace : IDisposable
{
    private int _trees;

    public string Root { get; } = Directory.CreateTempSubdirectory("publisher-test-").FullName;

    public string Results => Path.Combine(Root, "results");

    public ResultPublisher Publisher(string jobId, bool isFlat = false) => new(new LongTermStorage(new ResultPaths(Results, isFlat), new ReductionSettings()), jobId);

    /// <summary>Results of these names.</summary>
    public ResultTree Tree(params string[] names) => Tree(names, _ => new string('x', 10_000));

    /// <summary>Results of these names, with what belongs into each.</summary>
    public ResultTree Tree(IEnumerable<string> names, Func<string, string> contentOf)
    {
        var source = Path.Combine(Root, $"source-{Interlocked.Increment(ref _trees)}");
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(source, name))!);
            File.WriteAllText(Path.Combine(source, name), contentOf(name));
        }

        var tree = new ResultTree(ScriptUser.Ours);
        tree.AddContent(source, reserved: "");
        return tree;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
