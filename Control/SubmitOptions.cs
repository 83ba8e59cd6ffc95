using System.CommandLine;
using System.Text.Json.Nodes;
using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary><c>submit</c>'s options, and the message that they make.</summary>
internal static class SubmitOptions
{
    public static Command Command(Option<string?> config)
    {
        var file = new Option<string?>("--file") { Description = "A message as JSON" };
        var instrument = new Option<string?>("--instrument") { Description = "The instrument" };
        var run = new Option<long?>("--run") { Description = "The run number" };
        var rb = new Option<long?>("--rb") { Description = "The experiment's RB number" };
        var data = new Option<string?>("--data") { Description = "The run's data file" };
        var wait = new Option<bool>("--wait") { Description = "Wait for the outcome: exit 0 Complete, 1 Error, 5 Skipped" };
        return Verbs.Verb("submit", "Put a run on the pending queue. Example: autoreduction-ctl submit --instrument LRMECS --run 3701 --rb 1810001 --data /data/3701.nxs --wait", config,
            parsed => (settings, _) =>
            {
                var message = parsed.GetValue(file) is { } path
                    ? FromFile(path)
                    : JobMessage.Parse("{}"u8).With(
                        (MessageKeys.Instrument, parsed.GetValue(instrument) is { } name ? JsonValue.Create(name) : null),
                        (MessageKeys.RunNumber, parsed.GetValue(run) is { } number ? JsonValue.Create(number) : null),
                        (MessageKeys.RbNumber, parsed.GetValue(rb) is { } experiment ? JsonValue.Create(experiment) : null),
                        (MessageKeys.Data, parsed.GetValue(data) is { } source ? JsonValue.Create(source) : null),
                        (MessageKeys.Facility, JsonValue.Create("ISIS")),
                        (MessageKeys.StartedBy, JsonValue.Create(-1)));
                return new SubmitVerb(settings).RunAsync(message, parsed.GetValue(wait));
            },
            file, instrument, run, rb, data, wait);
    }

    private static JobMessage FromFile(string path)
    {
        try
        {
            return JobMessage.Parse(File.ReadAllBytes(path));
        }
        catch (MessageFormatException e)
        {
            throw new ControlException($"{path}: {e.Message}");
        }
    }
}
