using System.Text.Json;

namespace Autoreduction.Control;

/// <summary>The state of a daemon that doesn't tell it itself.</summary>
/// <param name="State">One word for scripts, of those below.</param>
/// <param name="Message">A sentence for people.</param>
internal sealed record StatusWord(string State, string Message)
{
    /// <summary>It is on its way up.</summary>
    public const string Starting = "starting";

    /// <summary>It was stopped in order, or never started.</summary>
    public const string NotRunning = "not-running";

    /// <summary>It is gone, and has left its pid file.</summary>
    public const string Dead = "dead";

    /// <summary>It does not answer, or not this user.</summary>
    public const string Unknown = "unknown";

    /// <summary>For people.</summary>
    public override string ToString() => State == Unknown ? $"{Unknown}: {Message}" : Message;

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ControlJson.Default.StatusWord);
}
