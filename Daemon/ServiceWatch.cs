using Autoreduction.Contract;

namespace Autoreduction.Daemon;

/// <summary>
/// Tells the service manager every second what changed, and that the daemon is alive: only while the supervisor's loop
/// answers and <paramref name="whyDead"/> knows of no other part that hangs. While the daemon stops
/// (<paramref name="isStopping"/>), which its own settings limit, asks for time again and again.
/// </summary>
internal sealed class ServiceWatch(ServiceManager manager, SupervisorClient supervisor, Func<string?> whyDead, Func<bool> isStopping)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    // More than the last steps take, in which the loop answers nobody.
    private static readonly TimeSpan MoreTime = TimeSpan.FromSeconds(30);

    private string _told = "";
    private string? _complaint;
    private bool _toldStopping;

    public async Task RunAsync(CancellationToken ended)
    {
        if (!manager.Listens)
        {
            return;
        }

        using var timer = new PeriodicTimer(manager.Watchdog is { } limit && limit / 2 < Look ? limit / 2 : Look);
        try
        {
            do
            {
                await LookAsync(ended);
            }
            while (await timer.WaitForNextTickAsync(ended));
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The daemon ends.
        }
    }

    private async Task LookAsync(CancellationToken ended)
    {
        var dead = whyDead();
        try
        {
            Tell(Text(await supervisor.StatusAsync(ended)));
        }
        catch (TimeoutException)
        {
            dead = "the main loop does not answer";
        }

        if (dead is null)
        {
            manager.Alive();
            TellStopping();
        }
        else if (dead != _complaint)
        {
            Log.PartHangs(dead);
            Tell(dead);
        }

        _complaint = dead;
    }

    private void TellStopping()
    {
        if (!isStopping())
        {
            return;
        }

        if (!_toldStopping)
        {
            manager.Stopping();
            _toldStopping = true;
        }

        manager.MoreTime(MoreTime);
    }

    private void Tell(string text)
    {
        if (text != _told)
        {
            manager.Status(text);
            _told = text;
        }
    }

    private static string Text(DaemonStatus status)
    {
        var problems = status.Problems.Count > 0 ? $"; {status.Problems[0]}" : "";
        return $"{status.State}, {status.Running} of {status.MaxJobs} jobs, {status.Waiting} waiting; {(status.Connected ? "connected to" : "not connected:")} {status.Broker}{problems}";
    }
}
