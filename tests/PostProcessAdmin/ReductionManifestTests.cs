using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Autoreduction.Contract;
using Autoreduction.PostProcessAdmin;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

public sealed class ReductionManifestTests
{
    private static readonly JobOrder Order = new()
    {
        JobId = "job",
        JobDirectory = "/state/jobs/job",
        MessageId = "ID:1",
        Attempt = 2,
        Broker = new BrokerSettings(),
        Queues = new QueueSettings(),
        Reduction = new ReductionSettings(),
        KillGrace = TimeSpan.Zero,
    };

    private static readonly RunRequest Run = new()
    {
        Facility = "ISIS",
        Instrument = "Mari",
        RbNumber = 1810001,
        RunNumbers = [1, 2],
        Data = [@"\\isis\inst$\a.nxs", "/b.nxs"],
        IsBatch = true,
    };

    [TestCase(JobResult.Complete, null, null, null)]
    [TestCase(JobResult.Error, "REDUCTION Error: ValueError: é\n\"x\"", "6.9.1", 3L)]
    [TestCase(JobResult.Skipped, "Reduction Skipped: Skip", null, 0L)]
    public void What_is_written_is_as_the_schema_in_the_documentation_says(JobResult result, string? message, string? software, long? version)
    {
        var tree = new ResultTree(ScriptUser.Ours);
        var file = Path.GetTempFileName();
        tree.AddFile("a/b.nxs", file);
        var outcome = new RunOutcome { Result = result, Message = message, Software = software };

        var written = ReductionManifest.Of(Order, Run with { RunVersion = version }, outcome, DateTimeOffset.Now, tree);

        File.WriteAllBytes(file, written);
        using var validator = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", "import json, sys, jsonschema; s = json.load(open(sys.argv[1])); jsonschema.Draft7Validator.check_schema(s); jsonschema.validate(json.load(open(sys.argv[2])), s)", Schema(), file]) { RedirectStandardError = true })!;
        var error = validator.StandardError.ReadToEnd();
        validator.WaitForExit();
        File.Delete(file);
        Assert.That(validator.ExitCode, Is.Zero, error);
        Assert.That(JsonNode.Parse(written)!["message"]?.GetValue<string>(), Is.EqualTo(message));
    }

    private static string Schema([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "../../docs/reduction.schema.json");
}
