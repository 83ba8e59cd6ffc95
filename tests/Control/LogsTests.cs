using Autoreduction.Contract;
using Mono.Unix.Native;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

/// <summary>logs, of what a daemon left.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class LogsTests
{
    private static readonly JobRecord Finished = new()
    {
        Id = "LET-7-x",
        MessageId = "ID:1",
        Instrument = "LET",
        Run = "7",
        RbNumber = 1,
        State = JobState.Finished,
        Received = DateTimeOffset.Now,
        Since = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
    };

    [TestCase(JobResult.Error, "post-process-admin was killed by SIGKILL\nmore", "Error post-process-admin was killed by SIGKILL")]
    [TestCase(JobResult.Cancelled, "Cancelled", "Cancelled")]
    [CancelAfter(60_000)]
    public async Task A_job_that_is_over_and_logged_nothing_is_explained_by_how_it_ended(JobResult result, string message, string words, CancellationToken token)
    {
        await using var installation = Installation.Create();
        installation.LeaveRecord(Finished with { Result = result, Message = message });

        foreach (var verb in (string[][])[["logs", "7"], ["logs", "7", "-f"]])
        {
            Assert.That(await installation.CtlAsync(token, verb), Is.EqualTo((0, $"==> LET 7 (RB 1) ended at {Finished.Since.ToLocalTime():yyyy-MM-ddTHH:mm:sszzz} <==\n{words}")));
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task How_a_job_ended_stands_on_lines_of_its_own_below_its_logs(CancellationToken token)
    {
        await using var installation = Installation.Create();
        var directory = installation.LeaveRecord(Finished with { Result = JobResult.Skipped });
        await File.WriteAllTextAsync($"{directory}/admin.log", "torn off", token);

        var (code, said) = await installation.CtlAsync(token, "logs", "7");

        Assert.That(code, Is.Zero);
        Assert.That(said, Does.StartWith($"==> {directory}/admin.log <==\ntorn off\n==> LET 7 (RB 1) ended at ").And.EndsWith(" <==\nSkipped"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_log_that_was_just_set_aside_is_shown_until_there_is_a_new_one(CancellationToken token)
    {
        await using var installation = Installation.Create();
        var path = $"{Directory.CreateDirectory($"{installation.Root}/log").FullName}/autoreduction-processor.log";
        await File.WriteAllTextAsync($"{path}.1", "one\ntwo\n", token);
        Assert.That(await installation.CtlAsync(token, "logs", "--lines", "1"), Is.EqualTo((0, "two")));

        await File.WriteAllTextAsync(path, "three\n", token);
        Assert.That(await installation.CtlAsync(token, "logs"), Is.EqualTo((0, "three")));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Who_may_ask_the_daemon_but_not_read_its_files_is_told_who_may(CancellationToken token)
    {
        await using var installation = Installation.Create();
        installation.LeaveRecord(Finished with { Since = DateTimeOffset.Now, Result = JobResult.Error, Message = "no data" });
        File.SetUnixFileMode($"{installation.Root}/state", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await installation.StartAsync(token);
        Assert.That(Syscall.chmod($"{installation.Root}/run/autoreduction.sock", NativeConvert.FromOctalPermissionString("0666")), Is.Zero);

        var (code, said) = await installation.CtlAsNobodyAsync(token, "logs", "7");

        Assert.That((code, said), Is.EqualTo((4, $"{installation.Root}/state/jobs/LET-7-x/admin.log may not be read by this user; do this as the daemon's user or as root")));
    }
}
