using System.Diagnostics;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Waits until a data file is there in full: archives copy slowly.</summary>
internal static class DataFileWaiter
{
    // A size counts as stable when it stayed for that long: by the file's time, or, as clocks differ, as we saw it.
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits until the file opens and its size is stable.</summary>
    /// <exception cref="RunFailedException">It is no file, or that took longer than <paramref name="limit"/>.</exception>
    public static async Task WaitAsync(string path, TimeSpan limit, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var (seen, seenSince) = (-1L, began);
        var told = "";
        while (true)
        {
            var (size, age, why) = Look(path);
            if (size != seen)
            {
                (seen, seenSince) = (size, Stopwatch.GetTimestamp());
            }

            if (why is null && (age >= QuietTime || Stopwatch.GetElapsedTime(seenSince) >= QuietTime))
            {
                Log.DataFile(path, size);
                return;
            }

            why ??= "it is still being written";
            if (Stopwatch.GetElapsedTime(began) >= limit)
            {
                throw new RunFailedException($"Problem reading datafile: {path} ({why}; waited {limit.TotalSeconds:0.#} s)");
            }

            if (why != told)
            {
                Log.WaitingForData(path, why);
                told = why;
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    // Readable means that it opens: permission bits don't tell of access lists or a dead mount.
    private static (long Size, TimeSpan Age, string? Why) Look(string path)
    {
        try
        {
            var real = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            if (Directory.Exists(real))
            {
                throw new RunFailedException($"Problem reading datafile: {path} (it is a directory)");
            }

            // Opening a FIFO would wait for its writer.
            if (File.Exists(real) && !FileSystem.IsRegularFile(real))
            {
                throw new RunFailedException($"Problem reading datafile: {path} (it is no regular file)");
            }

            using var file = new FileStream(real, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return (file.Length, DateTime.UtcNow - File.GetLastWriteTimeUtc(real), null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return (-1, TimeSpan.Zero, "there is no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return (-1, TimeSpan.Zero, e.Message);
        }
    }
}
