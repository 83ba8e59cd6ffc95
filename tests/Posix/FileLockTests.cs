using System.Diagnostics;
using Autoreduction.Posix;
using Mono.Unix.Native;
using NUnit.Framework;

namespace Autoreduction.Tests.Posix;

public sealed class FileLockTests
{
    private PrivateDirectory _directory = null!;
    private string _path = "";

    [SetUp]
    public void SetUp()
    {
        _directory = new PrivateDirectory();
        _path = _directory["lock"];
    }

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public void A_lock_has_one_holder_at_a_time()
    {
        using (var first = Acquire())
        {
            Assert.That(first, Is.Not.Null);
            Assert.That(Acquire(), Is.Null);
            Assert.That(FileLock.IsHeld(_path), Is.True);
            Assert.That(FileLock.OwnerOf(_path), Is.EqualTo(Environment.ProcessId));
        }

        Assert.That(FileLock.IsHeld(_path), Is.False);
        Assert.That(FileLock.OwnerOf(_path), Is.Null);
        using var second = Acquire();
        Assert.That(second, Is.Not.Null);
    }

    [Test]
    public void Looking_at_a_lock_makes_no_file()
    {
        Assert.That(FileLock.IsHeld(_path), Is.False);
        Assert.That(FileLock.OwnerOf(_path), Is.Null);
        Assert.That(FileLock.IsHeld(_directory["none/lock"]), Is.False);
        Assert.That(File.Exists(_path), Is.False);
    }

    [Test]
    public void A_reader_of_the_file_is_not_taken_for_a_holder()
    {
        using var held = Acquire();

        Assert.That(Probe.OutputOf(Probe.Shell("cat \"$1\" && echo read", _path)), Is.EqualTo("read"));
    }

    [Test]
    public void A_symbolic_link_is_refused()
    {
        File.WriteAllText(_directory["target"], "");
        File.CreateSymbolicLink(_path, _directory["target"]);

        Assert.That(Acquire, Throws.TypeOf<PosixException>().With.Property("Errno").EqualTo(Errno.ELOOP));
        Assert.That(() => FileLock.IsHeld(_path), Throws.TypeOf<PosixException>());
    }

    [Test]
    public void A_directory_in_its_place_is_an_error_and_not_a_holder()
    {
        Directory.CreateDirectory(_path);

        Assert.That(Acquire, Throws.TypeOf<PosixException>().With.Property("Errno").EqualTo(Errno.EISDIR));
    }

    [Test]
    public void A_file_that_was_replaced_is_locked_anew()
    {
        using var old = Acquire();
        File.Delete(_path);

        using var renewed = Acquire();

        Assert.That(renewed, Is.Not.Null);
        Assert.That(FileLock.IsHeld(_path), Is.True);
    }

    [Test]
    [CancelAfter(15_000)]
    public async Task A_lock_that_is_let_go_is_had_by_who_tries_for_a_while(CancellationToken token)
    {
        var first = Acquire()!;
        var waiting = Task.Run(() => FileLock.TryAcquire(_path, FileBits.OwnerOnly, TimeSpan.FromSeconds(10)), token);

        first.Dispose();

        using var second = await waiting;
        Assert.That(second, Is.Not.Null);
    }

    [Test]
    public void A_lock_that_a_child_inherited_is_held_until_the_child_ends()
    {
        var held = Acquire()!;
        using var gate = GatePipe.Create();
        using var child = Spawner.Start(Probe.Shell("read x <&3") with
        {
            Descriptors = [SpawnDescriptor.Inherit(3, gate.ReadEnd), SpawnDescriptor.Inherit(4, held.Descriptor)],
        });

        held.Dispose();

        Assert.That(FileLock.IsHeld(_path), Is.True);
        gate.CloseWriteEnd();
        ChildProcess.Wait(child.Pid);
        Assert.That(FileLock.IsHeld(_path), Is.False);
    }

    [Test]
    public void F22_A_lock_that_is_not_listed_for_a_child_is_not_kept_by_it()
    {
        var held = Acquire()!;
        using var child = Spawner.Start(Probe.Shell("exec sleep 600"));

        held.Dispose();

        Assert.That(FileLock.IsHeld(_path), Is.False);
        Probe.End(child);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task The_owner_is_another_process_and_its_end_frees_the_lock(CancellationToken token)
    {
        using var holder = Process.Start(new ProcessStartInfo(Probe.Path, ["hold", _path]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.That(await holder.StandardOutput.ReadLineAsync(token), Is.EqualTo("held"));
        Assert.That(FileLock.OwnerOf(_path), Is.EqualTo(holder.Id));
        Assert.That(Acquire(), Is.Null);

        holder.Kill();
        await holder.WaitForExitAsync(token);

        Assert.That(FileLock.IsHeld(_path), Is.False);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_lock_of_the_same_inode_number_on_another_file_system_is_not_ours(CancellationToken token)
    {
        const string script = """
            cd "$1"; mkdir a b
            mount -t tmpfs tmpfs a && mount -t tmpfs tmpfs b || { echo no mounts; exit; }
            : >b/lock; : >a/lock
            mkfifo input; "$0" hold a/lock <input >output & holder=$!
            exec 9>input
            until grep -q held output; do kill -0 $holder || exit 1; done
            stat -c %i a/lock b/lock; "$0" owner a/lock; "$0" owner b/lock; echo $holder
            exec 9>&-; wait
            """;
        var lines = (await Probe.ShellAsync("exec unshare -m /bin/sh -c \"$2\" \"$0\" \"$1\"", token, _directory.Root, script)).Split('\n');
        Assume.That(lines, Has.Length.EqualTo(5), "mounting is not permitted here");

        Assert.That(lines[1], Is.EqualTo(lines[0]), "the same inode number");
        Assert.That(lines[2..4], Is.EqualTo(new[] { lines[4], "none" }));
    }

    private FileLock? Acquire() => FileLock.TryAcquire(_path, FileBits.Readable, TimeSpan.Zero);
}
