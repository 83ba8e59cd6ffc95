using NLog;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Every line of a run's admin log. It is sent along with the terminal status.</summary>
internal static class Log
{
    private static readonly Logger Logger = LogManager.GetLogger("admin");

    public static void Begins(string run, int attempt, string messageId) =>
        Logger.Info("{run}: attempt {attempt} on {host}, pid {pid}, message {messageId}", run, attempt, Environment.MachineName, Environment.ProcessId, messageId);

    public static void Invalid(string error) => Logger.Error("the message is not valid: {error}", error);

    public static void Started(string queue) => Logger.Info("announced on {queue}", queue);

    public static void AlreadyStarted() => Logger.Info("announced by an earlier attempt");

    public static void BrokerFailed(string reason) => Logger.Warn("broker: {reason}; trying again", reason);

    public static void DataFile(string path, long bytes) => Logger.Info("data file {path}, {bytes} bytes", path, bytes);

    public static void WaitingForData(string path, string why) => Logger.Info("waiting for data file {path}: {why}", path, why);

    public static void Script(string source, int length) => Logger.Info("script {source}, {length} characters", source, length);

    public static void ScriptStarted(int pid, string command) => Logger.Info("script started, pid {scriptPid}: {command}", pid, command);

    public static void ScriptEnded(string how, double seconds) => Logger.Info("script {how} after {seconds:0.00} s", how, seconds);

    public static void ScriptStopped(string why) => Logger.Warn("script is being ended: {why}", why);

    public static void LeftoversRemain(string pids) => Logger.Error("processes {pids} of the script can't be ended", pids);

    public static void Software(string name, string? version) => Logger.Info("{name}: version {version}", name, version ?? "unknown");

    public static void SoftwareUnknown(string reason) => Logger.Warn("the reduction software's version is not known: {reason}", reason);

    public static void Stored(double seconds) => Logger.Info("stored in {seconds:0.000} s", seconds);

    public static void Note(string note) => Logger.Warn("driver: {note}", note);

    public static void Publishing(string directory) => Logger.Info("copying results to {directory}", directory);

    public static void Published(string directory, int files, long bytes) => Logger.Info("results in {directory}: {files} files, {bytes} bytes", directory, files, bytes);

    public static void WaitingForStorage(string reason, double seconds) => Logger.Warn("waiting for storage, {seconds:0} s at most: {reason}", seconds, reason);

    public static void PublishFailed(string reason, double seconds) => Logger.Warn("results could not be copied: {reason}; trying again for {seconds:0} s", reason, seconds);

    public static void NotStored(string reason) => Logger.Error("could not be copied to the results: {reason}", reason);

    public static void Kept(string directory) => Logger.Error("results are kept in {directory}", directory);

    public static void NotRemoved(string path, string reason) => Logger.Warn("{path} could not be removed: {reason}", path, reason);

    public static void NotWritten(string path, string reason) => Logger.Warn("{path} could not be written: {reason}", path, reason);

    public static void Told(string queue) => Logger.Info("told on {queue}", queue);

    public static void NotTold(string queue, string reason) => Logger.Error("could not be told on {queue}: {reason}; the daemon will do it", queue, reason);

    public static void AlreadyReduced() => Logger.Info("an earlier attempt has reduced it; telling its outcome");

    public static void DestinationFailed(string destination, string reason) => Logger.Error("further destination {destination}: {reason}", destination, reason);

    public static void DestinationIgnored(string destination, string why) => Logger.Info("further destination {destination} is ignored: {why}", destination, why);

    public static void LeftOut(string path, string why) => Logger.Warn("{path} is not copied: {why}", path, why);

    public static void Renamed(string directory, string name) => Logger.Warn("in {directory} a file name that is no UTF-8 was read as latin-1: {name}", directory, name);

    public static void Outcome(string result, string? message) => Logger.Info("outcome: {result}{message}", result, message is null ? "" : $": {message}");

    public static void NoPythonWaits(string reason) => Logger.Debug("Python could not come up ahead of the run: {reason}", reason);

    public static void FirstUseFailed(string reason) => Logger.Debug("while nothing was to be done: {reason}", reason);

    public static void Interrupted() => Logger.Warn("interrupted by the daemon, which cancels the run or tries it again");

    public static void CantStart(string reason) => Logger.Error("can't start: {reason}; the daemon tries again", reason);

    public static void Unexpected(Exception failure) => Logger.Error(failure, "unexpected failure");
}
