using System.Globalization;
using System.Text;
using Autoreduction.Posix;

namespace Autoreduction.Daemon;

/// <summary>
/// Which message is being looked at: one that ends the daemon again and again is known by that when it comes next.
/// </summary>
/// <remarks>
/// Outlives the daemon, not the machine: a sync for each message would cost more than it is worth. The first line counts:
/// nothing is truncated. The file isn't kept open, or the file system could not be made read-only while the daemon runs.
/// </remarks>
internal sealed class SuspectMessage(string stateDirectory)
{
    private const int MaxBytes = 1 << 16;

    private readonly string _path = Path.Combine(stateDirectory, "receiving");
    private string? _messageId;
    private int _deaths;

    /// <summary>Reads what an earlier daemon was looking at when it ended; nothing, where it ended in order.</summary>
    public void Load()
    {
        try
        {
            var line = Encoding.UTF8.GetString(DurableFile.TryRead(_path, MaxBytes) ?? []).Split('\n')[0];
            if (line.Split(' ', 2) is [var deaths, var id] && int.TryParse(deaths, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                (_messageId, _deaths) = (id, count);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.BadRecord(_path, e.Message);
        }
    }

    /// <summary>How often the daemon ended while it looked at this message.</summary>
    public int DeathsBy(string messageId) => messageId == _messageId ? _deaths : 0;

    /// <summary>Notes that the daemon begins to look at a message.</summary>
    public void Begin(string messageId) => Write(DeathsBy(messageId) + 1, messageId);

    /// <summary>It got through. Another one that ended the daemon earlier may still come.</summary>
    public void End(string messageId)
    {
        if (messageId == _messageId)
        {
            _messageId = null;
        }

        Write(_deaths, _messageId ?? "");
    }

    private void Write(int deaths, string messageId)
    {
        try
        {
            using var file = File.OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(messageId.Length > 0 ? string.Create(CultureInfo.InvariantCulture, $"{deaths} {messageId}\n") : "\n"), 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without room or descriptors a death by this message isn't counted; what depends on either says so itself.
        }
    }
}
