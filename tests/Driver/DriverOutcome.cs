using System.Text.Json.Nodes;

namespace Autoreduction.Tests.Driver;

/// <summary>What is left when the driver has ended: its exit code, its result if it wrote one, and both logs.</summary>
internal sealed record DriverOutcome(int ExitCode, JsonNode? Result, string Output, string Error)
{
    public string? Outcome => Text("outcome");

    public string? Message => Text("message");

    public string? Stage => Text("stage");

    public string[] Destinations => Texts("destinations");

    public string[] OutputFiles => Texts("output_files");

    public string[] Notes => Texts("notes");

    private string? Text(string key) => Result?[key]?.GetValue<string>();

    private string[] Texts(string key) => [.. Result![key]!.AsArray().Select(item => item!.GetValue<string>())];
}
