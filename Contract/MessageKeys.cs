namespace Autoreduction.Contract;

/// <summary>The keys of a message between the services, in the order in which they are sent.</summary>
public static class MessageKeys
{
#pragma warning disable CS1591 // The names are those of the JSON keys; contract and defaults stand with JobMessage.
    public const string Description = "description";
    public const string Facility = "facility";
    public const string RunNumber = "run_number";
    public const string Instrument = "instrument";
    public const string RbNumber = "rb_number";
    public const string StartedBy = "started_by";
    public const string Data = "data";
    public const string Overwrite = "overwrite";
    public const string RunVersion = "run_version";
    public const string JobId = "job_id";
    public const string ReductionScript = "reduction_script";
    public const string ReductionArguments = "reduction_arguments";
    public const string ReductionLog = "reduction_log";
    public const string AdminLog = "admin_log";
    public const string Message = "message";
    public const string RetryIn = "retry_in";
    public const string ReductionData = "reduction_data";
    public const string Cancel = "cancel";
    public const string Software = "software";
    public const string FlatOutput = "flat_output";
#pragma warning restore CS1591

    /// <summary>The nineteen keys that every message that is sent has.</summary>
    public static IReadOnlyList<string> Always { get; } =
    [
        Description, Facility, RunNumber, Instrument, RbNumber, StartedBy, Data, Overwrite, RunVersion, JobId,
        ReductionScript, ReductionArguments, ReductionLog, AdminLog, Message, RetryIn, ReductionData, Cancel, Software,
    ];
}
