using Autoreduction.Contract;

namespace Autoreduction.Tests;

/// <summary>What a daemon tells that is well.</summary>
internal static class SampleStatus
{
    /// <summary>It has nothing to do.</summary>
    public static DaemonStatus IdleSince(DateTimeOffset since) => new()
    {
        Pid = 1,
        Version = "1",
        Host = "h",
        Since = since,
        State = "running",
        Connected = true,
        Broker = "b:1",
        Running = 0,
        Waiting = 0,
        MaxJobs = 2,
    };

    /// <summary>It is busy.</summary>
    public static DaemonStatus RunningSince(DateTimeOffset since) =>
        IdleSince(since) with { Pid = 7, Broker = "tcp://b:61613", Running = 2, Waiting = 5, MaxJobs = 8 };
}
