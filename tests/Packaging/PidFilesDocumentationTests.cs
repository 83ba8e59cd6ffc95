using System.Globalization;
using System.Text.RegularExpressions;
using Autoreduction.Tests.EndToEnd;
using Autoreduction.Tests.Faults;
using NUnit.Framework;

namespace Autoreduction.Tests.Packaging;

/// <summary>pidfiles.md, typed in word for word in a private facility with a run in progress.</summary>
public sealed partial class PidFilesDocumentationTests
{
    private const string Endless = "import time\ndef main(input_file, output_dir):\n    time.sleep(600)\n";

    [Test]
    [CancelAfter(120_000)]
    public async Task Every_file_is_where_it_says_and_every_command_to_inspect_tells_something(CancellationToken token)
    {
        await using var facility = await Facility.OpenAsync(token);
        Assert.That((await facility.CtlAsync(token, "start")).Code, Is.Zero);
        await facility.SubmitAsync(1, 1, Endless, token);
        await facility.ListenUntilAsync(f => f.Told.Count == 1, token);
        var text = await File.ReadAllTextAsync(Repository.PathOf("pidfiles.md"), token);
        var jobs = new DirectoryInfo($"{facility.Root}/state/jobs").GetDirectories();
        var admin = (await facility.CtlAsync(token, "jobs", "--json")).Said;
        var pid = Pid().Match(admin).Groups[1].Value;

        string Here(string words) => words
            .Replace("/run/autoreduction", $"{facility.Root}/run")
            .Replace("/var/lib/autoreduction", $"{facility.Root}/state")
            .Replace("<id>", jobs.Single().Name)
            .Replace("autoreduction-ctl ", string.Join(' ', facility.Place.CommandLine()) + " ")
            .Replace("PID", pid);

        var files = Row().Matches(text).Select(row => Here(row.Groups[1].Value)).ToList();
        Assert.That(files, Has.Count.EqualTo(6));

        // The one that waits for the next run follows within a second.
        await FaultRig.Until(() => File.Exists($"{facility.Root}/state/standby/lock"), token);
        Assert.That(files.Where(file => !File.Exists(file)), Is.Empty);
        var commands = Block().Match(text).Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(commands, Has.Length.GreaterThanOrEqualTo(5));
        foreach (var command in commands)
        {
            var (code, said) = await Programs.RunAsync(["/bin/sh", "-c", $"PATH=$PATH:/usr/sbin; {Here(command)}"], token);

            // grep also meets processes that ended meanwhile, and says so with code 2.
            Assert.That(code, Is.Zero.Or.EqualTo(command.StartsWith("grep ") ? 2 : 0), $"{command}: {said}");
            Assert.That(said, Is.Not.Empty, command);
        }

        Assert.That((await Programs.RunAsync(["/bin/sh", "-c", Here("ps -o pid,ppid,sid,stat,args --sid PID")], token)).Said, Does.Contain("post-process-admin"));
        Assert.That((await Programs.RunAsync(["/bin/sh", "-c", "lslocks --output PID,PATH | grep daemon.lock"], token)).Said,
            Does.Contain(facility.Pid.ToString(CultureInfo.InvariantCulture)));
    }

    [GeneratedRegex(@"^\| `(/[^`]*)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"## Inspect\n```\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"""pid"": (\d+)")]
    private static partial Regex Pid();
}
