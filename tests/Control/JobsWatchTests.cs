using System.Diagnostics;
using Autoreduction.Contract;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

public sealed class JobsWatchTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task In_a_pipe_a_run_is_told_once_with_how_long_it_has_run(CancellationToken token)
    {
        await using var installation = Installation.Create();
        var now = DateTimeOffset.Now;
        installation.LeaveRecord(new()
        {
            Id = "LET-7-x",
            MessageId = "ID:1",
            Instrument = "LET",
            Run = "7",
            RbNumber = 1,
            State = JobState.Running,
            Received = now.AddHours(-1),
            Since = now.AddHours(-1),
            Started = now.AddHours(-1),
        });

        // What can't be read is told at each look.
        await File.WriteAllTextAsync($"{Directory.CreateDirectory($"{installation.Root}/state/jobs/broken").FullName}/record.json", "{", token);
        var command = installation.CommandLine("jobs", "--watch");
        using var watch = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        for (var looks = 0; looks < 3;)
        {
            looks += (await watch.StandardError.ReadLineAsync(token))!.Contains("left out", StringComparison.Ordinal) ? 1 : 0;
        }

        watch.Kill();
        var lines = (await watch.StandardOutput.ReadToEndAsync(token)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await watch.WaitForExitAsync(token);

        Assert.That(lines, Has.Length.EqualTo(2));
        Assert.That(lines[1], Does.Match(@"^LET +7 .* 36\d\d\.\ds "));
    }
}
