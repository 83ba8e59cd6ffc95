namespace Autoreduction.StompBenchmarks;

/// <summary>One load: what is done, how often, with bodies of how many bytes.</summary>
internal sealed record Scenario(string Name, bool Consumes, int Count, int BodyBytes, double Goal)
{
    public static readonly IReadOnlyList<Scenario> All =
    [
        new("consume-1k", Consumes: true, 20_000, 1 << 10, Goal: 4),
        new("consume-200k", Consumes: true, 1_000, 200_000, Goal: 3),
        new("send-1k", Consumes: false, 20_000, 1 << 10, Goal: 4),
        new("send-200k", Consumes: false, 1_000, 200_000, Goal: 3),
    ];

    public static Scenario Named(string name) => All.Single(scenario => scenario.Name == name);
}
