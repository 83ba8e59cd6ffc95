using System.CommandLine;
using System.Text.Json.Nodes;
using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary><c>cancel</c>'s options, and the message that names the run.</summary>
internal static class CancelOptions
{
    private static readonly Option<long> Run = new("--run") { Description = "The run number", Required = true };
    private static readonly Option<long> Rb = new("--rb") { Description = "The experiment's RB number", Required = true };
    private static readonly Option<string?> Instrument = new("--instrument") { Description = "The instrument; default: any" };
    private static readonly Option<long?> RunVersion = new("--run-version") { Description = "The version of the request, where it has one" };
    private static readonly Option<bool> Json = new("--json") { Description = "As JSON" };

    public static Command Command(Option<string?> config) => Verbs.Verb(
        "cancel",
        "End a run, or drop it when it arrives. Example: autoreduction-ctl cancel --run 3701 --rb 1810001",
        config,
        parsed => (settings, _) => new CancelVerb(settings).RunAsync(MessageOf(parsed), parsed.GetValue(Json)),
        Run, Rb, Instrument, RunVersion, Json);

    private static JobMessage MessageOf(ParseResult parsed) => JobMessage.Parse("{}"u8).With(
        (MessageKeys.RunNumber, JsonValue.Create(parsed.GetValue(Run))),
        (MessageKeys.RbNumber, JsonValue.Create(parsed.GetValue(Rb))),
        (MessageKeys.Instrument, parsed.GetValue(Instrument)),
        (MessageKeys.RunVersion, parsed.GetValue(RunVersion)));
}
