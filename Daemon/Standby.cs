using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>
/// Keeps one post-process-admin waiting at its gate before there is a job for it: the next run needn't wait until one has
/// come up. Belongs to the supervisor's loop.
/// </summary>
/// <remarks>
/// It has a directory with a lock, as a job has. The job that takes it gets both: the directory is renamed to the job's, and
/// so only a job that has none yet can take it, and not before it has come up, in that directory. Before that it
/// knows of no run, only what any will need, and when the daemon dies it ends. A daemon that died leaves the directory, and
/// the next one removes it.
/// </remarks>
internal sealed class Standby(string directory, string program, ChildReaper reaper, TimeProvider clock)
{
    // Its arguments and its tag are overwritten with those of the job, which need room: a name and a path have no more.
    private static readonly string Room = new(' ', 255);

    private readonly JobFiles _files = new(directory);
    private readonly BackOff _preparing = new(clock, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
    private WaitingChild? _waiting;

    // What it closes when it has come up.
    private GatePipe? _up;
    private ChildProcess? _dismissed;
    private FileStamp? _program;

    /// <summary>Whether there is a process of it that was not reaped.</summary>
    public bool Exists => (_waiting?.Child ?? _dismissed) is not null;

    /// <summary>Starts it where there is none and it is time to. Whether it did.</summary>
    /// <param name="expected">The run to expect: what it needs is made ready.</param>
    /// <exception cref="IOException">It can't be started now; the next run starts its own.</exception>
    public bool Prepare(ExpectedRun expected)
    {
        if (Exists || !_preparing.IsDue)
        {
            return false;
        }

        try
        {
            Clear();
            JobStore.CreateDirectory(_files);
            _program = FileStamp.TryOf(program);
            Spawn(expected);
            return true;
        }
        catch (Exception e)
        {
            Failed(e.Message);
            throw;
        }
    }

    /// <summary>Hands it over to a job that begins, with its directory; false where there is none, or none that the job can have.</summary>
    public bool TryTake(JobFiles job, [NotNullWhen(true)] out WaitingChild? taken)
    {
        taken = _waiting;
        if (taken is null || !_up!.WaitForOtherSide(TimeSpan.Zero) || taken.Child.PidFd.WaitForExit(TimeSpan.Zero))
        {
            return false;
        }

        if (FileStamp.TryOf(program) != _program)
        {
            // The program was replaced.
            Dismiss();
            return false;
        }

        try
        {
            // Where the job has a directory already it is not for it.
            if (!FileSystem.TryRenameDirectoryNoReplace(_files.Directory, job.Directory))
            {
                return false;
            }
        }
        catch (PosixException e)
        {
            // Somebody removed it, or jobs are on another file system.
            Dismiss();
            Failed(e.Message);
            return false;
        }

        _waiting = null;
        _up.Dispose();
        _preparing.Reset();
        return true;
    }

    /// <summary>Ends it: nothing is to be started any more.</summary>
    public void Dismiss()
    {
        if (_waiting is { } waiting)
        {
            // It has begun nothing that would need to be ended in order.
            waiting.Child.PidFd.TrySendSignal(Signals.SIGKILL);
            waiting.Gate.Dispose();
            waiting.Lock.Dispose();
            _up!.Dispose();
            (_waiting, _dismissed) = (null, waiting.Child);
        }
    }

    /// <summary>A child ended: reaps it where it was this.</summary>
    public void OnEnded(int pid)
    {
        if (_waiting is { } waiting && waiting.Child.Pid == pid)
        {
            Dismiss();
            Failed($"the one that waited ended ({reaper.Reap(pid)})");
        }
        else if (_dismissed?.Pid == pid)
        {
            reaper.Reap(pid);
        }
        else
        {
            return;
        }

        _dismissed!.Dispose();
        _dismissed = null;
        Clear();
    }

    private void Spawn(ExpectedRun expected)
    {
        using var expectation = GatePipe.Create();
        _up = GatePipe.Create();
        try
        {
            _waiting = WaitingChild.Spawn(
                reaper, program, _files, ["--job-directory", _files.Directory, "--room", Room], new(JobFiles.RoomVariable, Room),
                SpawnDescriptor.Inherit(JobFiles.UpDescriptor, _up.WriteEnd), SpawnDescriptor.Inherit(JobFiles.ExpectedDescriptor, expectation.ReadEnd));
            _up.CloseWriteEnd();
        }
        catch
        {
            _up.Dispose();
            throw;
        }

        try
        {
            expectation.CloseReadEnd();
            expectation.WriteAll(JsonSerializer.SerializeToUtf8Bytes(expected, ContractJson.Default.ExpectedRun));
        }
        catch (PosixException e)
        {
            // It has ended already, which is noticed as always.
            Log.StandbyNotTold(e.Message);
        }
    }

    private void Failed(string reason)
    {
        _preparing.Failed();
        Log.NoStandby(reason, _preparing.Delay);
    }

    private void Clear()
    {
        try
        {
            if (Directory.Exists(_files.Directory))
            {
                FileSystem.DeleteTree(_files.Directory);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotRemoved(_files.Directory, e.Message);
        }
    }
}
