using Autoreduction.Contract;
using NLog;
using NLog.Layouts;

namespace Autoreduction.PostProcessAdmin;

/// <summary>How a line of the admin log is written: with job and pid once the order is known, with the run once that is.</summary>
/// <remarks>A class of its own: a layout made of a method is found by reflection, which takes longer than all that is logged.</remarks>
internal sealed class RunLogLayout : Layout
{
    public static JobOrder? Order { get; set; }

    public static string? Run { get; set; }

    protected override string GetFormattedMessage(LogEventInfo logEvent)
    {
        var time = new DateTimeOffset(logEvent.TimeStamp);
        if (Order is not { LogFormat: "json" } order)
        {
            var job = Order is null ? "" : $" [{Order.JobId}, pid {Environment.ProcessId}]";
            return LogLine.Of(time, logEvent.Level.Name, logEvent.FormattedMessage, logEvent.Exception) + job;
        }

        var facts = logEvent.HasProperties ? logEvent.Properties.ToDictionary(fact => $"{fact.Key}", fact => fact.Value) : [];
        facts["job"] = order.JobId;
        facts["run"] = Run;
        facts["pid"] = Environment.ProcessId;
        return LogLine.Json(time, logEvent.Level.Name, logEvent.FormattedMessage, logEvent.Exception, facts);
    }
}
