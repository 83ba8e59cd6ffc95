using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Control;

/// <summary><c>start</c>: makes the directories, starts the daemon, and tells its own word.</summary>
internal sealed class StartVerb(Settings settings, string settingsPath)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Public = Private
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);

    public async Task<int> RunAsync(bool foreground)
    {
        var daemon = settings.Daemon;
        if (RunningDaemon.IsRunning(daemon))
        {
            Console.Error.WriteLine(WhyNot(daemon, settingsPath));
            return ExitCodes.Failed;
        }

        if (WhyNotAsRoot() is { } why)
        {
            Console.Error.WriteLine(why);
            return ExitCodes.BadSettings;
        }

        List<string> made =
        [
            .. MakeDirectory(daemon.RunDirectory, Public),
            .. MakeDirectory(daemon.StateDirectory, Private),
            .. MakeDirectory(daemon.LogDirectory, Public),
            .. MakeDirectory(settings.Reduction.TemporaryDirectory, Private),
        ];
        using var password = DaemonProgram.Password;
        var arguments = DaemonProgram.Arguments(settingsPath, password);
        IReadOnlyList<SpawnDescriptor> descriptors = password is null ? [] : [password.ForChild];
        if (foreground)
        {
            return Foreground.Run(arguments, descriptors, daemon.UmaskBits);
        }

        var code = await Task.Run(() => Daemonise(arguments, descriptors));
        if (code == ExitCodes.BadSettings)
        {
            // Made by the wrong user, they would be in the way of the right one.
            made.FindAll(path => !Directory.EnumerateFileSystemEntries(path).Any()).ForEach(Directory.Delete);
        }

        return code;
    }

    // Root may do anything, but a daemon of root would not use what another user can change.
    private string? WhyNotAsRoot()
    {
        string[] directories = [settings.Daemon.RunDirectory, settings.Daemon.StateDirectory, settings.Daemon.LogDirectory, settings.Reduction.TemporaryDirectory];
        return Environment.IsPrivilegedProcess && Array.Find(directories, path => FileOwner.OtherOf(path) is not null) is { } foreign && FileOwner.OtherOf(foreign) is { } user
            ? $"{foreign} belongs to {user}, who should run the daemon; type: runuser -u {user} -- {CommandLine.Of(settingsPath, "start")}"
            : null;
    }

    private static string WhyNot(DaemonSettings daemon, string settingsPath) => RunningDaemon.PidOf(daemon) switch
    {
        null => "already running, or being started at this moment",
        { } when File.Exists(daemon.PidFile) && DaemonClient.TryGetStatus(daemon, AnswerLimit) is null => RunningDaemon.WhySilent(daemon, settingsPath, AnswerLimit),
        var pid => $"already running (pid {pid})",
    };

    private int Daemonise(IReadOnlyList<string> arguments, IReadOnlyList<SpawnDescriptor> descriptors)
    {
        var result = DoubleFork.Start(
            Stage1.CommandLine(settings.Daemon.UmaskBits, DaemonProgram.Path, arguments), DaemonProgram.Environment, descriptors, settings.Daemon.StartTimeout);
        if (result.Outcome == StartOutcome.Up)
        {
            Console.WriteLine($"started (pid {result.Pid}), {result.Text}");
            return ExitCodes.Success;
        }

        // The daemon's own exit code stands in front of its reason.
        var parts = result.Text.Split(' ', 2);
        var hasCode = parts.Length == 2 & int.TryParse(parts[0], out var code);
        var reason = hasCode ? parts[1] : result.Text;
        var isSilent = result.Outcome is StartOutcome.Died or StartOutcome.TimedOut;
        Console.Error.WriteLine(isSilent ? $"{reason}; {settings.Daemon.LogPath} may say why" : reason);
        return hasCode ? code : ExitCodes.Failed;
    }

    // Only the last component: a mistyped path shall not make a tree. What was made.
    private static string[] MakeDirectory(string path, UnixFileMode mode)
    {
        if (Directory.Exists(path))
        {
            return [];
        }

        if (Path.GetDirectoryName(path) is { } parent && !Directory.Exists(parent))
        {
            throw new ControlException($"{path} can't be made: {parent} does not exist");
        }

        Directory.CreateDirectory(path, mode);
        return [path];
    }
}
