namespace Autoreduction.Contract;

/// <summary>Keeps a log that travels in a message below a size: its head and its tail, with the cut marked.</summary>
public static class CappedText
{
    /// <summary>How much of each log a status message carries, in bytes of UTF-8.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>The text of a file, at most <paramref name="maxBytes"/> of it; "" where there is no such file.</summary>
    /// <remarks>Bytes that are no UTF-8 become U+FFFD.</remarks>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static string OfFile(string path, int maxBytes = MaxBytes)
    {
        if (!File.Exists(path))
        {
            return "";
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length <= maxBytes)
        {
            return Read(file, (int)file.Length);
        }

        var mark = $"\n[… {file.Length - maxBytes} bytes left out …]\n";
        var half = (maxBytes - mark.Length - 8) / 2;
        var head = Read(file, half);
        file.Seek(-half, SeekOrigin.End);
        return head + mark + Read(file, half);
    }

    /// <summary>The last <paramref name="maxBytes"/> of a file, from a line's start where there is one.</summary>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static string TailOfFile(string path, int maxBytes)
    {
        if (!File.Exists(path))
        {
            return "";
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length <= maxBytes)
        {
            return Read(file, (int)file.Length);
        }

        file.Seek(-maxBytes, SeekOrigin.End);
        var tail = Read(file, maxBytes);
        return tail[(tail.IndexOf('\n') + 1)..];
    }

    private static string Read(FileStream file, int count)
    {
        var bytes = new byte[count];
        return System.Text.Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, count, throwOnEndOfStream: false));
    }
}
