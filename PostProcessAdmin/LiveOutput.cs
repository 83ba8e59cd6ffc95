namespace Autoreduction.PostProcessAdmin;

/// <summary>Shows on the terminal what comes into a script's log files: they stay files, as with the daemon.</summary>
internal sealed class LiveOutput : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    // Cancelled by: DisposeAsync.
    private readonly CancellationTokenSource _over = new();
    private readonly Task _following;

    public LiveOutput(string scriptLog, string mantidLog) => _following = FollowAsync(
        new(scriptLog, Console.OpenStandardOutput()), new(mantidLog, Console.OpenStandardError()));

    /// <summary>Shows the rest and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _following;
    }

    private async Task FollowAsync(params FollowedFile[] files)
    {
        while (true)
        {
            // Asked before the look, so that nothing that was written before the end is missed.
            var isLast = _over.IsCancellationRequested;
            foreach (var file in files)
            {
                await file.ShowNewAsync();
            }

            if (isLast)
            {
                return;
            }

            await Task.WhenAny(Task.Delay(Interval, CancellationToken.None), Task.Delay(Timeout.Infinite, _over.Token));
        }
    }

    private sealed class FollowedFile(string path, Stream terminal)
    {
        private long _shown;

        public async Task ShowNewAsync()
        {
            if (!File.Exists(path))
            {
                return;
            }

            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(_shown, SeekOrigin.Begin);
            await file.CopyToAsync(terminal, CancellationToken.None);
            await terminal.FlushAsync(CancellationToken.None);
            _shown = file.Position;
        }
    }
}
