using Autoreduction.Posix;
using Mono.Unix.Native;
using NUnit.Framework;

namespace Autoreduction.Tests.Posix;

/// <summary>F24: what can't be started says what failed, and leaves nothing.</summary>
public sealed class SpawnerFailureTests
{
    private PrivateDirectory _directory = null!;

    [SetUp]
    public void SetUp() => _directory = new PrivateDirectory();

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public void F24_A_missing_program_is_named()
    {
        AssertFails(new() { ProgramPath = _directory["none"] }, "exec", Errno.ENOENT, _directory["none"]);
    }

    [Test]
    public void F24_A_missing_working_directory_is_not_taken_for_a_missing_program()
    {
        AssertFails(new() { ProgramPath = "/bin/true", WorkingDirectory = _directory["none"] }, "chdir", Errno.ENOENT, _directory["none"]);
    }

    [Test]
    public void F24_A_working_directory_that_is_a_file_is_named()
    {
        AssertFails(new() { ProgramPath = "/bin/true", WorkingDirectory = Script("#!/bin/sh\n") }, "chdir", Errno.ENOTDIR, _directory["script"]);
    }

    [Test]
    public void F24_A_program_that_may_not_be_executed_is_named()
    {
        File.WriteAllText(_directory["plain"], "#!/bin/sh\n");

        AssertFails(new() { ProgramPath = _directory["plain"] }, "exec", Errno.EACCES, _directory["plain"]);
        AssertFails(new() { ProgramPath = _directory.Root }, "exec", Errno.EACCES, _directory.Root);
    }

    [Test]
    public void F24_A_script_whose_interpreter_is_missing_is_told_from_a_missing_script()
    {
        AssertFails(new() { ProgramPath = Script("#!/nowhere/python\n") }, "exec", Errno.ENOENT, "(the interpreter that it names)");
    }

    [Test]
    public void F24_A_program_that_is_being_written_is_said_to_be_busy()
    {
        File.Copy("/bin/true", _directory["busy"]);
        File.SetUnixFileMode(_directory["busy"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var writer = File.OpenWrite(_directory["busy"]);

        AssertFails(new() { ProgramPath = _directory["busy"] }, "exec", Errno.ETXTBSY, _directory["busy"]);
    }

    [Test]
    public void F24_An_output_file_that_cannot_be_opened_is_not_taken_for_a_missing_program()
    {
        var log = SpawnDescriptor.OpenAppend(1, _directory["none/log"], FileBits.OwnerOnly);

        AssertFails(new() { ProgramPath = "/bin/true", Descriptors = [log] }, "open", Errno.ENOENT, _directory["none/log"]);
    }

    [Test]
    public void A_NUL_in_an_argument_or_variable_is_refused()
    {
        Assert.That(() => Spawner.Start(new() { ProgramPath = "/bin/true", Arguments = ["a\0b"] }), Throws.ArgumentException);
        Assert.That(() => Spawner.Start(new() { ProgramPath = "/bin/true", Environment = new Dictionary<string, string> { ["A"] = "\0" } }), Throws.ArgumentException);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task F24_Spawns_that_fail_leave_no_descriptor_open(CancellationToken token)
    {
        var counts = (await Probe.ShellAsync("exec \"$0\" failing-spawns \"$1\"", token, _directory.Root)).Split(' ');

        Assert.That(counts[1], Is.EqualTo(counts[0]));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task F24_A_child_for_which_no_descriptor_is_left_is_not_kept(CancellationToken token)
    {
        var output = await Probe.ShellAsync("ulimit -n 150; exec \"$0\" exhausted", token);

        Assert.That(output, Is.EqualTo("pidfd_open EMFILE, 0 children"));
    }

    private string Script(string text)
    {
        File.WriteAllText(_directory["script"], text);
        File.SetUnixFileMode(_directory["script"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return _directory["script"];
    }

    private static void AssertFails(SpawnRequest request, string call, Errno errno, string subject)
    {
        var failure = Assert.Throws<PosixException>(() => Spawner.Start(request));

        Assert.That((failure.Call, failure.Errno), Is.EqualTo((call, errno)));
        Assert.That(failure.Message, Does.Contain(subject));
    }
}
