using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>An interpreter as a child of ours, and its end.</summary>
internal sealed class ScriptChild : IDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ChildReaper _reaper;

    /// <summary>Starts it.</summary>
    /// <param name="start">How, watched by a reaper.</param>
    public ScriptChild(Func<ChildReaper, ChildProcess> start)
    {
        _reaper = new(new ChildReaperOptions(), _ => _ended.TrySetResult(), (_, _) => { });
        try
        {
            Process = start(_reaper);
        }
        catch
        {
            _reaper.Dispose();
            throw;
        }
    }

    /// <summary>The process.</summary>
    public ChildProcess Process { get; }

    /// <summary>Its end.</summary>
    public Task Ended => _ended.Task;

    /// <summary>How it ended, once; its pid is free then.</summary>
    public ExitStatus Reap() => _reaper.Reap(Process.Pid);

    /// <inheritdoc/>
    public void Dispose()
    {
        Process.Dispose();
        _reaper.Dispose();
    }
}
