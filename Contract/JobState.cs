using System.Text.Json.Serialization;

namespace Autoreduction.Contract;

/// <summary>Where a job is in its life.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobState>))]
public enum JobState
{
    /// <summary>Received, and held back by a limit or an earlier run of its experiment.</summary>
    Waiting,

    /// <summary>Its post-process-admin was started and is held at the gate.</summary>
    Starting,

    /// <summary>Its post-process-admin was released.</summary>
    Running,

    /// <summary>It was asked to end, by a stop or a cancel.</summary>
    Stopping,

    /// <summary>Its post-process-admin ended; what it left behind is being ended.</summary>
    Ending,

    /// <summary>Its attempt failed without an outcome; the next one follows after a wait.</summary>
    Retrying,

    /// <summary>Its outcome is known; publishing it, or the broker's confirmation, is outstanding.</summary>
    Reporting,

    /// <summary>Its outcome is published; the message is still to be acknowledged.</summary>
    Acknowledging,

    /// <summary>Acknowledged.</summary>
    Finished,
}
