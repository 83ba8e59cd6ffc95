using System.Diagnostics;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Does what storage may refuse for a while, again and again, less and less often.</summary>
internal static class StorageRetry
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Does it until it succeeds.</summary>
    /// <param name="act">What is done; its <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> is a refusal.</param>
    /// <param name="limit">How long it is tried.</param>
    /// <param name="refused">Told before each pause: why, and how much time is left.</param>
    /// <param name="cancellationToken">Ends a pause.</param>
    /// <exception cref="IOException">It was refused for too long.</exception>
    public static async Task<T> RunAsync<T>(Func<T> act, TimeSpan limit, Action<string, TimeSpan> refused, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return act();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                var left = limit - Stopwatch.GetElapsedTime(began);
                if (left <= TimeSpan.Zero)
                {
                    throw e as IOException ?? new IOException(e.Message, e);
                }

                refused(e.Message, left);
                await Task.Delay(pause < left ? pause : left, cancellationToken);
            }
        }
    }
}
