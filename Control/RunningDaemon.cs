using Autoreduction.Contract;
using Autoreduction.Posix;
using Mono.Unix.Native;

namespace Autoreduction.Control;

/// <summary>Finds the daemon. The lock tells whether it runs, and the kernel who holds it; the pid file is only for people.</summary>
internal static class RunningDaemon
{
    public static bool IsRunning(DaemonSettings daemon) => FileLock.IsHeld(daemon.LockPath);

    public static int? PidOf(DaemonSettings daemon) => FileLock.OwnerOf(daemon.LockPath);

    /// <summary>Opens the daemon's process: it held the lock after the descriptor was opened, so the descriptor is its own.</summary>
    public static PidFd? TryOpen(DaemonSettings daemon)
    {
        if (PidOf(daemon) is not { } pid || PidFd.TryOpen(pid) is not { } process)
        {
            return null;
        }

        if (PidOf(daemon) == pid)
        {
            return process;
        }

        process.Dispose();
        return null;
    }

    /// <summary>Whoever starts the next daemon must be the user of this one: files that belong to it are no one else's.</summary>
    /// <exception cref="UnauthorizedAccessException">It is another user; says who, and the command.</exception>
    public static void ThrowIfOfAnotherUser(DaemonSettings daemon, string settingsPath, string verb)
    {
        if (FileOwner.OtherOf(daemon.LockPath) is { } user)
        {
            throw new UnauthorizedAccessException($"the daemon is run by {user}, and goes on; type: runuser -u {user} -- {CommandLine.Of(settingsPath, verb)}");
        }
    }

    /// <summary>Whether a daemon that says nothing may still be coming up: it writes its pid file when it is, and has so long for it.</summary>
    public static bool IsStarting(DaemonSettings daemon) =>
        !File.Exists(daemon.PidFile) && PidOf(daemon) is { } pid && ProcessStat.AgeOf(pid) is { } age && age < daemon.StartTimeout;

    /// <summary>What is known of a lock whose holder can't be seen, as from another container.</summary>
    public static string HolderUnseen(DaemonSettings daemon) =>
        $"{daemon.LockPath} is held, but not by a process that can be seen from here; look with: lslocks | grep daemon.lock";

    /// <summary>Why a daemon that holds its lock says nothing, and what to do.</summary>
    public static string WhySilent(DaemonSettings daemon, string settingsPath, TimeSpan limit)
    {
        if (PidOf(daemon) is not { } pid)
        {
            return HolderUnseen(daemon);
        }

        var words = $"process {pid} holds the daemon's lock, but does not answer within {limit.TotalSeconds:0} s";
        return ProcessStat.TryRead(pid, out var stat) && stat.State is 'T' or 't'
            ? $"{words}: somebody stopped it by a signal; kill -CONT {pid} lets it go on"
            : $"{words}; look at its log, and end it by: {CommandLine.Of(settingsPath, "stop")}";
    }

    /// <summary>Sends a signal, and makes a stopped daemon go on so that it hears it.</summary>
    /// <exception cref="UnauthorizedAccessException">It is another user's.</exception>
    public static void Signal(PidFd process, int signal)
    {
        try
        {
            process.SendSignal(signal);
            process.SendSignal(Signals.SIGCONT);
        }
        catch (PosixException e) when (e.Errno == Errno.EPERM)
        {
            throw new UnauthorizedAccessException("no permission to signal the daemon; do this as its user or as root");
        }
    }
}
