using Autoreduction.Contract;

namespace Autoreduction.Tests.Control;

/// <summary>What a daemon tells that is well and busy.</summary>
internal static class SampleStatus
{
    public static DaemonStatus RunningSince(DateTimeOffset since) => new()
    {
        Pid = 7,
        Version = "1",
        Host = "h",
        Since = since,
        State = "running",
        Connected = true,
        Broker = "tcp://b:61613",
        Running = 2,
        Waiting = 5,
        MaxJobs = 8,
    };
}
