using System.Threading.Channels;
using Autoreduction.Contract;
using Autoreduction.Posix;
using Autoreduction.Stomp;

namespace Autoreduction.Daemon;

/// <summary>The daemon's life as a process: lock, log, signals, parts, pid file, and all of it down again.</summary>
internal sealed class DaemonProcess(Settings settings, string settingsPath, IReadOnlyDictionary<string, string> environment)
{
    private const int Threads = 8;
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan FirstConnection = TimeSpan.FromSeconds(2);

    private Settings? _readAgain;

    /// <summary>What settings must fit to on this machine, at start and whenever they are read again.</summary>
    public static SettingsCheck Check { get; } = new(
        directory => FileSystem.WhyUnsafe(directory), uri => BrokerUri.Parse(uri), name => UserAccount.Find(name) is not null);

    public async Task<int> RunAsync(ReadinessPipe? readiness)
    {
        var daemon = settings.Daemon;
        var events = DaemonEvent.CreateChannel();
        using var signals = new SignalEvents(events.Writer);
        using var held = FileLock.TryAcquire(daemon.LockPath, FileBits.Readable, LockRetry) ?? throw new StartException(AlreadyRuns());
        LogSetup.To(daemon);
        using var manager = ServiceManager.Of(environment);
        Log.Starting(Program.Version, Environment.ProcessId, settingsPath);
        try
        {
            return await ServeAsync(events, manager, readiness);
        }
        catch (Exception e)
        {
            // Whoever started it may be long gone: the log is where people look.
            Log.Failed(e);
            throw;
        }
    }

    private async Task<int> ServeAsync(Channel<DaemonEvent> events, ServiceManager manager, ReadinessPipe? readiness)
    {
        var daemon = settings.Daemon;
        foreach (var warning in settings.Warnings)
        {
            Log.SettingsWarning(warning.ToString());
        }

        if (Environment.IsPrivilegedProcess)
        {
            Log.RunsAsRoot();
        }

        // The loop's disk writes and looks at /proc hold a thread each, whatever the number of processors.
        PoolThreads.Make(Threads);
        Mutant.KeepPoolBusy("pool-busy", Threads);
        ProcessAttributes.BecomeSubreaper();
        var metrics = new Metrics();
        using var reaper = new ChildReaper(
            new ChildReaperOptions(),
            pid => events.Writer.TryWrite(new DaemonEvent.ChildEnded(pid)),
            (pid, status) => OnStranger(pid, status, metrics));
        var store = new JobStore(daemon.JobsDirectory);
        var standby = new Standby(daemon.StandbyDirectory, daemon.PostProcessAdminPath, reaper, TimeProvider.System);
        var supervisor = new Supervisor(
            settings, store, new JobLauncher(daemon.PostProcessAdminPath, reaper, standby), standby, reaper,
            new JobProcessSearch(reaper), events, metrics, () => Reload(manager), TimeProvider.System);
        supervisor.Recover();

        // Cancelled by: the supervisor's end.
        using var ended = new CancellationTokenSource();
        var link = new BrokerLink(settings, events.Writer);
        var client = new SupervisorClient(events.Writer);
        var linking = link.RunAsync(ended.Token);
        var ticking = TickAsync(events.Writer, ended.Token);
        var signs = new LifeSigns(reaper, link, linking, ticking);
        var watch = new ServiceWatch(manager, client, () => signs.WhyDead, () => supervisor.Stops);
        var running = Task.WhenAll(linking, ticking, new NeighbourLink(settings).RunAsync(ended.Token), watch.RunAsync(ended.Token));
        await using var server = await HttpServer.StartAsync(daemon, new HttpRoutes(client, store, metrics).All);
        using var pidFile = PidFile.Write(daemon.PidFile);
        await Task.WhenAny(link.FirstAttempt, Task.Delay(FirstConnection));
        Log.Up();
        readiness?.Ready(link.FirstAttempt.IsCompletedSuccessfully ? await link.FirstAttempt : "broker unreachable, retrying");
        manager.Ready();
        var code = await supervisor.RunAsync();
        manager.Stopping();
        if (supervisor.HandsOver && ServiceManager.StartsNext(environment))
        {
            code = ExitCodes.HandedOver;
        }

        await ended.CancelAsync();
        await running;
        Log.Ended(code);
        return code;
    }

    private static void OnStranger(int pid, ExitStatus status, Metrics metrics)
    {
        metrics.OrphanReaped();
        Log.StrangerReaped(pid, status.ToString());
    }

    private string AlreadyRuns() =>
        PidFile.TryRead(settings.Daemon.PidFile, out _) is { } pid
            ? $"already running (pid {pid})"
            : "already running, or being started at this moment";

    // The log is opened again whatever the file says: it may have been moved away (logrotate).
    private Settings Reload(ServiceManager manager)
    {
        manager.Reloading();
        try
        {
            return _readAgain = SettingsFile.Load(settingsPath, environment, Check);
        }
        finally
        {
            LogSetup.To((_readAgain ?? settings).Daemon with { LogDirectory = settings.Daemon.LogDirectory });
            manager.Ready();
        }
    }

    private static async Task TickAsync(ChannelWriter<DaemonEvent> events, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                events.TryWrite(new DaemonEvent.Tick());
                LogSetup.Tend();
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The daemon ends.
        }
    }
}
