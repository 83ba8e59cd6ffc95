using System.Threading.Channels;
using Autoreduction.Contract;
using Autoreduction.Daemon;
using Autoreduction.Posix;
using Autoreduction.Tests.Stomp;
using NUnit.Framework;

namespace Autoreduction.Tests.Daemon;

/// <summary>Each part of the daemon that the watchdog speaks for, alive and not.</summary>
public sealed class LifeSignsTests
{
    private static readonly Task Lasting = new TaskCompletionSource().Task;

    [Test]
    [CancelAfter(60_000)]
    public async Task A_reaper_that_hangs_is_told_until_it_goes_on(CancellationToken token)
    {
        using var hanging = new ManualResetEventSlim();
        using var reaper = new ChildReaper(new() { Sweep = TimeSpan.FromMilliseconds(20) }, _ => hanging.Wait(token));
        var link = Link("tcp://127.0.0.1:1");
        var signs = new LifeSigns(reaper, link, Lasting, Lasting, lookLimit: TimeSpan.FromSeconds(1));
        using var child = reaper.Start(new SpawnRequest { ProgramPath = "/bin/true", Arguments = [], Environment = new Dictionary<string, string>(), WorkingDirectory = "/" });

        await UntilAsync(signs, "the thread that reaps children hangs", token);
        Assert.That(new LifeSigns(reaper, link, Lasting, Lasting).WhyDead, Is.Null, "by default it has more time");
        hanging.Set();
        await UntilAsync(signs, null, token);

        reaper.Reap(child.Pid);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_link_to_the_broker_that_has_failed_is_told_with_its_reason(CancellationToken token)
    {
        using var reaper = new ChildReaper(new(), _ => { });
        var link = Link("tcp://127.0.0.1:1", passwordFile: "/no/such/password");

        await UntilAsync(new LifeSigns(reaper, link, link.RunAsync(token), Lasting),
            "the part that talks to the broker has failed: Could not find a part of the path '/no/such/password'.", token);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_link_to_the_broker_that_is_neither_connected_nor_trying_is_told(CancellationToken token)
    {
        const string hangs = "the part that talks to the broker hangs";
        var lost = new TaskCompletionSource();
        await using var broker = ScriptedBroker.Start(async session =>
        {
            await session.WelcomeAsync();
            await session.ConfirmAsync("SUBSCRIBE");
            await lost.Task.WaitAsync(session.Over);
        });
        using var reaper = new ChildReaper(new(), _ => { });
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(token);
        var link = Link($"tcp://127.0.0.1:{broker.EndPoint.Port}", longestSilence: TimeSpan.Zero);

        // The task is of a life that lasts: it doesn't tell by itself.
        var signs = new LifeSigns(reaper, link, Lasting, Lasting);
        Assert.That(signs.WhyDead, Is.EqualTo(hangs));
        var running = link.RunAsync(stopped.Token);
        await UntilAsync(signs, null, token);
        lost.SetResult();
        await UntilAsync(signs, hangs, token);
        await stopped.CancelAsync();
        await running;
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_link_that_cannot_reach_its_broker_is_trying_and_alive(CancellationToken token)
    {
        using var reaper = new ChildReaper(new(), _ => { });
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(token);
        var link = Link("tcp://127.0.0.1:1");
        var running = link.RunAsync(stopped.Token);

        await link.FirstAttempt.WaitAsync(token);
        Assert.That(new LifeSigns(reaper, link, running, Lasting).WhyDead, Is.Null);

        await stopped.CancelAsync();
        await running;
    }

    [Test]
    public void A_timer_that_has_failed_is_told_with_its_reason()
    {
        using var reaper = new ChildReaper(new(), _ => { });
        var ticking = Task.FromException(new IOException("no room for the log"));

        Assert.That(new LifeSigns(reaper, Link("tcp://127.0.0.1:1"), Lasting, ticking).WhyDead, Is.EqualTo("the timer has failed: no room for the log"));
    }

    private static BrokerLink Link(string uri, string passwordFile = "", TimeSpan? longestSilence = null) => new(
        new Settings { Broker = new BrokerSettings { Uri = uri, PasswordFile = passwordFile, HeartBeat = TimeSpan.Zero } },
        Channel.CreateUnbounded<DaemonEvent>().Writer, longestSilence);

    private static async Task UntilAsync(LifeSigns signs, string? expected, CancellationToken token)
    {
        while (signs.WhyDead is var said && said != expected)
        {
            Assert.That(said, Is.Null.Or.Contains("hangs"));
            await Task.Delay(10, token);
        }
    }
}
