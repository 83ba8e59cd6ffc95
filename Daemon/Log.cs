using NLog;

namespace Autoreduction.Daemon;

/// <summary>Every line that the daemon logs. Error means that a person should look.</summary>
internal static class Log
{
    private static readonly Logger Logger = LogManager.GetLogger("daemon");

    public static void Starting(string version, int pid, string config) =>
        Logger.Info("autoreduction-processor {version} starting, pid {pid}, settings {config}", version, pid, config);

    public static void SettingsWarning(string warning) => Logger.Warn("settings: {warning}", warning);

    public static void RunsAsRoot() =>
        Logger.Warn("running as root: reduction scripts run as root too; a dedicated user is safer");

    public static void Up() => Logger.Info("up");

    public static void Connected(string broker, string queue) => Logger.Info("connected to {broker}, subscribed to {queue}", broker, queue);

    public static void Disconnected(string reason) => Logger.Warn("broker lost: {reason}; reconnecting", reason);

    public static void ConnectFailed(string reason, TimeSpan delay) =>
        Logger.Warn("broker unreachable, retrying in {delay:0.0} s: {reason}", delay.TotalSeconds, reason);

    public static void JobWaits(Job job) => Logger.Info("{job} waits [{id}]", job.ToString(), job.Id);

    public static void JobStarted(Job job, int pid) =>
        Logger.Info("{job} started, pid {pid}, attempt {attempt} [{id}]", job.ToString(), pid, job.Record.Attempt, job.Id);

    public static void JobAdopted(Job job) =>
        Logger.Info("{job} still runs, pid {pid}; adopted [{id}]", job.ToString(), job.Record.Pid, job.Id);

    public static void JobEnded(Job job, string how) => Logger.Info("{job} {how} [{id}]", job.ToString(), how, job.Id);

    public static void JobDied(Job job, string how) =>
        Logger.Error("{job} died without an outcome: {how}; reporting it as an error [{id}]", job.ToString(), how, job.Id);

    public static void JobRetries(Job job, string why, TimeSpan delay) =>
        Logger.Warn("{job} {why}; attempt {attempt} follows in {delay:0} s [{id}]", job.ToString(), why, job.Record.Attempt + 1, delay.TotalSeconds, job.Id);

    public static void JobAttached(Job job) => Logger.Info("{job} delivered again; known here, not started again [{id}]", job.ToString(), job.Id);

    public static void JobFinished(Job job) =>
        Logger.Info("{job} {result} and acknowledged{message} [{id}]", job.ToString(), job.Record.Result, job.Record.Message is { } m ? $" ({FirstLine(m)})" : "", job.Id);

    public static void JobCancelled(Job job) => Logger.Info("{job} cancelled [{id}]", job.ToString(), job.Id);

    public static void ConfirmFailed(Job job, string reason) =>
        Logger.Warn("{job}: broker did not confirm: {reason}; asked again [{id}]", job.ToString(), reason, job.Id);

    public static void SettlingFailed(string doing, string messageId, string reason) =>
        Logger.Warn("{doing} {messageId}: broker did not confirm: {reason}; asked again", doing, messageId, reason);

    public static void SpawnFailed(Job job, Exception failure) =>
        Logger.Error("{job} could not be started: {reason} [{id}]", job.ToString(), failure.Message, job.Id);

    public static void LeftoversRemain(Job job, string pids) =>
        Logger.Error("{job}: processes {pids} can't be ended; look with ps [{id}]", job.ToString(), pids, job.Id);

    public static void Rejected(string messageId, string reason) =>
        Logger.Error("message {messageId} reported as error: {reason}", messageId, reason);

    public static void DeadLettered(string messageId, string reason, string queue) =>
        Logger.Error("message {messageId} moved to {queue}: {reason}", messageId, queue, reason);

    public static void CancelRemembered(string run) => Logger.Info("cancel of {run}, not seen yet, remembered", run);

    public static void Stopping(int running, TimeSpan timeout) =>
        Logger.Info("stopping; {running} jobs may run for {seconds:0} s more", running, timeout.TotalSeconds);

    public static void InterruptingJobs(int running) => Logger.Warn("stopping: interrupting {running} jobs; they are redelivered later", running);

    public static void KillingJobs(int running) => Logger.Warn("stopping: killing {running} jobs", running);

    public static void Draining(int running) => Logger.Info("draining; stopping when {running} jobs have ended", running);

    public static void HandingOver(int running) => Logger.Info("handing over; {running} jobs go on running", running);

    public static void Reloaded() => Logger.Info("settings read again; a change of broker or directories needs a restart");

    public static void ReloadFailed(string errors) => Logger.Error("settings not changed, errors in the file:\n{errors}", errors);

    public static void StrangerReaped(int pid, string status) => Logger.Debug("orphan {pid} {status}", pid, status);

    public static void NotRemoved(string directory, string reason) =>
        Logger.Error("{directory} can't be removed: {reason}; remove it by hand", directory, reason);

    public static void BadRecord(string path, string reason) =>
        Logger.Error("job record {path} can't be read: {reason}; left as it is", path, reason);

    public static void StateUnwritable(string reason) =>
        Logger.Error("state directory can't be written: {reason}; starting nothing until it can", reason);

    public static void StateWritable() => Logger.Info("state directory can be written again");

    public static void Unexpected(string doing, Exception failure) => Logger.Error(failure, "unexpected failure while {doing}", doing);

    public static void Ended(int exitCode) => Logger.Info("ended with exit code {exitCode}", exitCode);

    private static string FirstLine(string text) => text.Split('\n')[0] is { Length: <= 200 } line ? line : text[..200];
}
