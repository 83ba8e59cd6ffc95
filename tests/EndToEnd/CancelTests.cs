using Autoreduction.Contract;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>Cancels that are told to the web application, where <c>cancel_publishes</c> is set.</summary>
public sealed class CancelTests
{
    private const string Endless = "import time\ndef main(input_file, output_dir):\n    time.sleep(600)\n";

    [Test]
    [CancelAfter(120_000)]
    public async Task Runs_that_are_cancelled_while_they_wait_or_run_or_before_they_come_are_told_as_skipped(CancellationToken token)
    {
        await using var facility = await Facility.OpenAsync(token, daemon: "cancel_publishes = true");
        Assert.That((await facility.CtlAsync(token, "start")).Code, Is.Zero);
        await facility.SubmitAsync(1, 1, Endless, token);
        await facility.SubmitAsync(1, 2, Endless, token);
        await facility.ListenUntilAsync(f => f.Told.Count == 1, token);

        // Waiting behind the first of its experiment; not seen yet; running.
        await CancelAsync(facility, 1, 2, token);
        await facility.ListenUntilAsync(f => f.Terminal.Count == 1, token);
        await CancelAsync(facility, 5, 5, token);
        await facility.SubmitAsync(5, 5, Endless, token);
        await facility.ListenUntilAsync(f => f.Terminal.Count == 2, token);
        var job = Directory.GetDirectories($"{facility.Root}/tmp").Select(Path.GetFileName).Single()!;
        await CancelAsync(facility, 1, 1, token);
        await facility.ListenUntilAsync(f => f.Terminal.Count == 3, token);
        Assert.That(await facility.CtlAsync(token, "stop"), Is.EqualTo((0, "stopped")));
        await facility.DrainAsync(token);

        Assert.That(facility.Told.Select(told => $"{told.Queue} {told.Body[MessageKeys.RunNumber]}"), Is.EqualTo(new[] { "Started 1", "Skipped 2", "Skipped 5", "Skipped 1" }));
        foreach (var (_, body) in facility.Terminal)
        {
            Assert.That((string?)body[MessageKeys.Message], Is.EqualTo("Cancelled"));
            Assert.That(body.Select(pair => pair.Key), Is.SupersetOf(MessageKeys.Always));
            Assert.That((string?)body[MessageKeys.ReductionScript], Is.EqualTo(Endless));
            Assert.That((string?)body[MessageKeys.Data], Is.EqualTo(facility.Place.DataPath));
        }

        Assert.That(ProcessSearch.WithEnvironment(JobFiles.TagVariable, job), Is.Empty);
        Assert.That(Directory.EnumerateFileSystemEntries($"{facility.Root}/tmp"), Is.Empty);
        Assert.That(Directory.EnumerateFileSystemEntries($"{facility.Root}/results"), Is.Empty);
    }

    private static Task CancelAsync(Facility facility, long rb, long run, CancellationToken token) =>
        facility.SendAsync(JobMessage.Parse(facility.Place.Message(rb, run, null)).With((MessageKeys.Cancel, true)).ToUtf8(), token);
}
