using System.Text;
using System.Text.Json.Nodes;
using Autoreduction.Contract;
using Autoreduction.Posix;
using Microsoft.Win32.SafeHandles;

namespace Autoreduction.PostProcessAdmin;

/// <summary>
/// An interpreter that came up before there is a run, in a private directory that becomes the run's. It does nothing before
/// it is told which run, and ends where it isn't told.
/// </summary>
internal sealed class WaitingPython : IDisposable
{
    private const string DirectoryName = "private";
    private const int OrderDescriptor = 4;

    // Its directory, which may get another name before it has opened what is in it.
    private const int DirectoryDescriptor = 5;

    // Its arguments and its tag are overwritten with those of a run.
    private static readonly string Room = new(' ', 1024);
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(1);

    private readonly ReductionSettings _settings;
    private readonly GatePipe _order = GatePipe.Create();
    private PrivateDirectory _directory;
    private ScriptChild? _child;

    // While it is nobody's else: that of one that waits is the daemon's, and that of a run is the run's.
    private bool _ownsDirectory;

    private WaitingPython(ReductionSettings settings, PrivateDirectory directory)
    {
        (_settings, _directory) = (settings, directory);
        using var heldLock = new SafeFileHandle(JobFiles.LockDescriptor, ownsHandle: false);
        _child = new(reaper => new Interpreter(settings, ScriptUser.Ours).Start(
            reaper,
            [$"/dev/fd/{DirectoryDescriptor}/{Path.GetFileName(directory.Driver)}", "--wait", Room],
            ScriptEnvironment.Of(new(JobFiles.RoomVariable, Room), settings, directory, SettingsEnvironment.Current),
            directory.Output,
            [
                SpawnDescriptor.OpenAppend(1, Output, FileBits.Readable),
                SpawnDescriptor.OpenAppend(2, Errors, FileBits.Readable),
                SpawnDescriptor.Inherit(ScriptProcess.LockDescriptor, heldLock),
                SpawnDescriptor.Inherit(OrderDescriptor, _order.ReadEnd),
                SpawnDescriptor.OpenRead(DirectoryDescriptor, directory.Root),
            ]));
        _order.CloseReadEnd();
    }

    /// <summary>Its pid while it waits.</summary>
    public int? Pid => _child?.Process.Pid;

    private string Output => Path.Combine(_directory.Logs, "out");

    private string Errors => Path.Combine(_directory.Logs, "err");

    /// <summary>Starts it in a directory of this process; null where a run had better start its own.</summary>
    /// <param name="directory">Becomes the job's.</param>
    /// <param name="settings">The interpreter of the runs to expect, and where their private directories are.</param>
    public static WaitingPython? TryStart(string directory, ReductionSettings settings)
    {
        try
        {
            if (!CanWait(directory, settings))
            {
                return null;
            }

            var place = new PrivateDirectory(directory, DirectoryName);
            place.Create();
            return new(settings, place);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or RunFailedException or CannotStartException)
        {
            Log.NoPythonWaits(e.Message);
            return null;
        }
    }

    /// <summary>There is a job now, and what was the directory of this process is the job's.</summary>
    public void MoveTo(string jobDirectory) => (_directory, _ownsDirectory) = (new(jobDirectory, DirectoryName), true);

    /// <summary>Its directory becomes the run's; false, and it is ended, where it isn't what this run would start.</summary>
    public bool TryTake(JobOrder order, PrivateDirectory directory)
    {
        try
        {
            if (IsFor(order.Reduction) && !_child!.Process.PidFd.WaitForExit(TimeSpan.Zero) && directory.TryMake(_directory))
            {
                (_directory, _ownsDirectory) = (directory, false);
                return true;
            }
        }
        catch (PosixException e)
        {
            Log.NoPythonWaits(e.Message);
        }

        Dispose();
        return false;
    }

    /// <summary>Tells it which run it is; null where that can't be. From now on it is whoever's this is given to.</summary>
    public ScriptChild? TryTell(JobOrder order, RunRequest run, IReadOnlyDictionary<string, string> environment)
    {
        try
        {
            FileSystem.Rename(Output, _directory.ScriptLog(run));
            FileSystem.Rename(Errors, _directory.MantidLog(run));
            _order.WriteAll(Encoding.UTF8.GetBytes(OrderOf(order, environment).ToJsonString()));
            var child = _child;
            _child = null;
            return child;
        }
        catch (PosixException e)
        {
            Log.NoPythonWaits(e.Message);
            End();
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        try
        {
            if (_ownsDirectory)
            {
                FileSystem.DeleteTree(_directory.Root);
                _ownsDirectory = false;
            }
        }
        catch (PosixException e)
        {
            Log.NotRemoved(_directory.Root, e.Message);
        }
    }

    // A wrapper may make of its environment and directory what it can't know yet. Without a home Python's own folder of the
    // account would be in the private one.
    private static bool CanWait(string directory, ReductionSettings settings) =>
        IsProgram(settings.Python[0])
        && ScriptEnvironment.Of(new(JobFiles.RoomVariable, ""), settings, new(directory, DirectoryName), SettingsEnvironment.Current).ContainsKey("PYTHONUSERBASE")
        && FileStamp.TryOf(directory)?.Device == FileStamp.TryOf(settings.TemporaryDirectory)?.Device;

    private static bool IsProgram(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> first = stackalloc byte[4];
        return file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false) == first.Length && first.SequenceEqual("\u007fELF"u8);
    }

    private bool IsFor(ReductionSettings wanted) =>
        wanted.ScriptUser.Length == 0 && wanted.Python.SequenceEqual(_settings.Python) && wanted.PythonPath.SequenceEqual(_settings.PythonPath);

    private JsonObject OrderOf(JobOrder order, IReadOnlyDictionary<string, string> environment) => new()
    {
        ["driver"] = _directory.Driver,
        ["request"] = _directory.Request,
        ["room"] = JobFiles.RoomVariable,
        ["tag"] = JobFiles.TagVariable,
        ["environment"] = new JsonObject(environment.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        ["umask"] = order.Reduction.ScriptUmask.Length > 0 ? Convert.ToInt32(order.Reduction.ScriptUmask, 8) : null,
    };

    private void End()
    {
        _order.Dispose();
        if (_child is null)
        {
            return;
        }

        _child.Process.PidFd.TrySendSignal(Signals.SIGKILL);
        if (_child.Process.PidFd.WaitForExit(KillLimit))
        {
            _child.Reap();
        }

        _child.Dispose();
        _child = null;
    }
}
