using System.Globalization;
using Autoreduction.Contract;
using NLog;

namespace Autoreduction.Daemon;

/// <summary>Every line that the daemon logs. Error means that a person should look.</summary>
internal static class Log
{
    private const int LongestReason = 1000;

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
        Logger.Warn("broker {reason} (next try in {delay:0.0} s)", reason, delay.TotalSeconds);

    public static void BrokerComplains(string reason) => Logger.Warn("{reason}; the connection goes on unless the broker ends it", reason);

    public static void JobWaits(Job job) => Write(LogLevel.Info, job, " waits");

    public static void JobStarted(Job job) =>
        Write(LogLevel.Info, job, " started, attempt {attempt}", job.Record.Attempt);

    public static void JobAdopted(Job job) =>
        Write(LogLevel.Info, job, " still runs; adopted");

    public static void JobEnded(Job job, string how) => Write(LogLevel.Info, job, " {how}", how);

    public static void JobDied(Job job, string how) =>
        Write(LogLevel.Error, job, " died without an outcome: {how}; reporting it as an error", how);

    public static void JobRetries(Job job, string why, TimeSpan delay) =>
        Write(LogLevel.Warn, job, " {why}; attempt {attempt} follows in {delay:0} s", why, job.Record.Attempt + 1, delay.TotalSeconds);

    public static void JobLeft(Job job, string why) => Write(LogLevel.Info, job, " {why}; the next daemon goes on with it", why);

    public static void JobAttached(Job job) => Write(LogLevel.Info, job, " delivered again; known here, not started again");

    public static void DeliveredTwice(Job job) =>
        Logger.Warn("{job} delivered twice on one connection; acknowledging one of the two [{id}]", job.ToString(), job.Id);

    public static void JobFinished(Job job) =>
        Write(job.Record.Result == JobResult.Error ? LogLevel.Warn : LogLevel.Info, job, " {result} and acknowledged{reason}", job.Record.Result, job.Record.Message is { } m ? $" ({FirstLine(m)})" : "");

    public static void JobCancelled(Job job) => Write(LogLevel.Info, job, " cancelled");

    public static void ConfirmFailed(Job job, string reason) =>
        Write(LogLevel.Warn, job, ": broker did not confirm: {reason}; asked again", reason);

    public static void SettlingFailed(string doing, string messageId, string reason) =>
        Logger.Warn("{doing} {messageId}: broker did not confirm: {reason}; asked again", doing, messageId, reason);

    public static void SpawnFailed(Job job, Exception failure) =>
        Write(LogLevel.Error, job, " could not be started: {reason}", failure.Message);

    public static void NoStandby(string reason, TimeSpan delay) =>
        Logger.Warn("no post-process-admin is ready ahead of the next run: {reason}; tried again in {delay:0} s", reason, delay.TotalSeconds);

    public static void StandbyNotTold(string reason) =>
        Logger.Warn("the post-process-admin that is to wait for the next run could not be told what to expect: {reason}", reason);

    public static void LeftoversRemain(Job job, string pids) =>
        Write(LogLevel.Error, job, ": processes {pids} can't be ended; look with ps", pids);

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

    public static void Reloaded(SettingsChange change)
    {
        Logger.Info("settings read again; changed: {keys}", change.AtOnce.Count > 0 ? string.Join(", ", change.AtOnce) : "nothing that counts at once");
        if (change.WithRestart.Count > 0)
        {
            Logger.Warn("{keys} changed too, and count from the next restart on", string.Join(", ", change.WithRestart));
        }
    }

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

    public static void Failed(Exception failure) => Logger.Fatal(failure, "ended by a failure: {reason}", failure.Message);

    public static void Ended(int exitCode) => Logger.Info("ended with exit code {exitCode}", exitCode);

    public static void NotToldToServiceManager(string what, string reason) =>
        Logger.Warn("service manager could not be told {what}: {reason}", what, reason);

    public static void PartHangs(string what) => Logger.Error("{what}; the service manager's watchdog is not answered", what);

    public static void NeighboursLost(string reason) => Logger.Debug("connection for status and ping topics lost: {reason}", reason);

    public static void PingNotUnderstood(string messageId) => Logger.Debug("ping {messageId} says no topic or queue in reply_to", messageId);

    // Every line of a job names run, job and, where it has one, the process.
    private static void Write(LogLevel level, Job job, string words, params ReadOnlySpan<object?> values)
    {
        if (!Logger.IsEnabled(level))
        {
            return;
        }

        var (end, last) = job.Record.Pid is { } pid ? (" [{job}, pid {pid}]", new object?[] { job.Id, pid }) : (" [{job}]", [job.Id]);
        Logger.Log(level, CultureInfo.InvariantCulture, "{run}" + words + end, [job.ToString(), .. values, .. last]);
    }

    private static string FirstLine(string text) => text.Split('\n')[0] is { Length: <= LongestReason } line ? line : text[..LongestReason];
}
