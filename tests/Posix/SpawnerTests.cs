using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Posix;

public sealed class SpawnerTests
{
    // Process group, session and own pid of a shell.
    private const string Family = "cut -d' ' -f5,6 /proc/$$/stat; echo $$";

    [Test]
    public void A_child_with_a_new_session_leads_it_and_its_group()
    {
        var family = Probe.OutputOf(Probe.Shell(Family) with { NewSession = true }).Split([' ', '\n']);

        Assert.That(family, Is.EqualTo(new[] { family[2], family[2], family[2] }));
    }

    [Test]
    public void A_child_with_a_new_group_leads_it_in_our_session()
    {
        ProcessStat.TryRead(Environment.ProcessId, out var ours);

        var family = Probe.OutputOf(Probe.Shell(Family) with { NewProcessGroup = true }).Split([' ', '\n']);

        Assert.That(family, Is.EqualTo(new[] { family[2], $"{ours.Session}", family[2] }));
    }

    [Test]
    public void A_child_without_either_stays_in_our_group()
    {
        ProcessStat.TryRead(Environment.ProcessId, out var ours);

        var family = Probe.OutputOf(Probe.Shell(Family)).Split([' ', '\n']);

        Assert.That(family[..2], Is.EqualTo(new[] { $"{ours.ProcessGroup}", $"{ours.Session}" }));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task F19_A_child_ignores_and_blocks_nothing_whatever_its_parent_does(CancellationToken token)
    {
        var output = await Probe.ShellAsync("exec env --ignore-signal=PIPE,HUP,INT,CHLD --block-signal=USR1,TERM,CHLD \"$0\" spawn /bin/grep -E '^Sig(Blk|Ign)' /proc/self/status", token);

        var masks = output.Split('\n');
        Assert.That(masks[0], Is.EqualTo("SigBlk:\t0000000000000000"));

        // Of real-time signals glibc itself ignores two.
        Assert.That(Convert.ToUInt64(masks[1].Split('\t')[1], 16) & 0x7fffffff, Is.Zero);
        Assert.That(masks[2], Is.EqualTo("exited with code 0"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task F19_A_starter_that_ignores_SIGCHLD_costs_no_exit_status(CancellationToken token)
    {
        var output = await Probe.ShellAsync("exec env --ignore-signal=CHLD \"$0\" reap /bin/sh -c 'exit 3'", token);

        Assert.That(output, Is.EqualTo("exited with code 3"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Descriptors_that_we_inherited_are_closed_in_a_child(CancellationToken token)
    {
        var output = await Probe.ShellAsync("exec \"$0\" spawn /bin/sh -c 'ls /proc/$$/fd; true' 5</dev/null 9</etc/passwd", token);

        Assert.That(output.Split('\n'), Is.EqualTo(new[] { "0", "1", "2", "exited with code 0" }));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Descriptors_between_listed_ones_are_closed_too(CancellationToken token)
    {
        var output = await Probe.ShellAsync("exec \"$0\" spawn-giving 7 /bin/sh -c 'ls /proc/$$/fd; true' 5</dev/null 9</etc/passwd", token);

        Assert.That(output.Split('\n'), Is.EqualTo(new[] { "0", "1", "2", "7", "exited with code 0" }));
    }

    [Test]
    public void Standard_descriptors_that_are_not_listed_are_on_dev_null()
    {
        var output = Probe.OutputOf(Probe.Shell("readlink /proc/$$/fd/0 /proc/$$/fd/2"));

        Assert.That(output, Is.EqualTo("/dev/null\n/dev/null"));
    }

    [Test]
    public void Output_is_appended_to_a_file_that_is_made_with_the_given_permissions()
    {
        using var directory = new PrivateDirectory();
        var request = Probe.Shell("echo out; echo err >&2") with
        {
            Descriptors = [SpawnDescriptor.OpenAppend(1, directory["log"], FileBits.OwnerOnly), SpawnDescriptor.OpenAppend(2, directory["log"], FileBits.OwnerOnly)],
        };

        Probe.StatusOf(request);
        Probe.StatusOf(request);

        Assert.That(File.ReadAllText(directory["log"]), Is.EqualTo("out\nerr\nout\nerr\n"));
        Assert.That((int)File.GetUnixFileMode(directory["log"]), Is.EqualTo(FileBits.OwnerOnly));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Copies_do_not_overwrite_each_other_when_sources_and_targets_cross(CancellationToken token)
    {
        Assert.That(await Probe.ShellAsync("exec \"$0\" crossing", token), Is.EqualTo("21"));
    }

    [Test]
    public void The_environment_is_exactly_what_was_given()
    {
        var environment = new Dictionary<string, string> { ["A"] = "1 2\t'\"", ["ÜMLAUT"] = "ß=€", ["EMPTY"] = "" };

        var output = Probe.OutputOf(new() { ProgramPath = "/usr/bin/env", Environment = environment });

        Assert.That(output.Split('\n'), Is.EquivalentTo(environment.Select(pair => $"{pair.Key}={pair.Value}")));
    }

    [Test]
    public void Arguments_arrive_as_they_are()
    {
        string[] arguments = ["", " a  b ", "$HOME `id` \"'", "ß\n€", "-x"];

        var output = Probe.OutputOf(Probe.Shell("printf '<%s>' \"$@\"", arguments));

        Assert.That(output, Is.EqualTo(string.Concat(arguments.Select(argument => $"<{argument}>"))));
    }

    [Test]
    public void A_child_starts_in_its_working_directory_or_in_ours()
    {
        using var directory = new PrivateDirectory();

        Assert.That(Probe.OutputOf(new() { ProgramPath = "/bin/pwd", WorkingDirectory = directory.Root }), Is.EqualTo(directory.Root));
        Assert.That(Probe.OutputOf(new() { ProgramPath = "/bin/pwd" }), Is.EqualTo(Environment.CurrentDirectory));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task The_umask_is_inherited(CancellationToken token)
    {
        Assert.That(await Probe.ShellAsync("umask 027; exec \"$0\" spawn /bin/sh -c umask", token), Is.EqualTo("0027\nexited with code 0"));
    }

    [Test]
    public void The_soft_limit_of_open_files_is_not_the_one_that_the_runtime_raised()
    {
        // Lowered from outside, so an instant after its start.
        var output = Probe.OutputOf(Probe.Shell("for i in $(seq 1000); do n=$(ulimit -Sn); [ $n -gt 1024 ] || break; done; echo $n"));

        Assert.That(int.Parse(output), Is.LessThanOrEqualTo(1024));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_program_that_takes_our_place_gets_a_clean_start_too(CancellationToken token)
    {
        var output = await Probe.ShellAsync("exec env --ignore-signal=HUP --block-signal=USR1 \"$0\" exec /bin/sh -c 'ls /proc/$$/fd; exec grep -E \"^Sig(Blk|Ign)\" /proc/self/status' 5</dev/null", token);

        var lines = output.Split('\n');
        Assert.That(lines[..4], Is.EqualTo(new[] { "0", "1", "2", "SigBlk:\t0000000000000000" }));
        Assert.That(Convert.ToUInt64(lines[4].Split('\t')[1], 16) & 0x7fffffff, Is.Zero);
    }
}
