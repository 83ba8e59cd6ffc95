using System.Globalization;
using System.Text;
using Autoreduction.Posix.Interop;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>The file that tells systemd and people the daemon's pid: the number and a newline. Only information; the lock decides.</summary>
public sealed class PidFile : IDisposable
{
    private const int MaxLength = 32;
    private readonly string _path;

    private PidFile(string path) => _path = path;

    /// <summary>Writes our pid, replacing what was there: a file of any kind, or an empty directory.</summary>
    /// <exception cref="PosixException">It can't be written.</exception>
    public static PidFile Write(string path)
    {
        // Refused where it is no directory, or has something in it that could be somebody's; the write says so then.
        _ = Syscall.rmdir(path);
        DurableFile.Write(path, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")), FileBits.Readable);
        return new PidFile(path);
    }

    /// <summary>The pid in a file; null where there is none, with the reason: "" for no file, else what is wrong with it.</summary>
    public static int? TryRead(string path, out string problem)
    {
        // A symbolic link is not followed, and a FIFO is not waited for.
        var descriptor = Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, 0);
        if (descriptor < 0)
        {
            problem = PosixException.Last is Errno.ENOENT or Errno.ENOTDIR ? "" : PosixException.OfLast("open", path).Message;
            return null;
        }

        // A directory can be opened and not read: -1 EISDIR.
        var buffer = new byte[MaxLength];
        var length = (int)Libc.read(descriptor, ref buffer[0], buffer.Length);
        _ = Libc.close(descriptor);
        var text = Encoding.ASCII.GetString(buffer, 0, Math.Max(0, length));
        text = text.EndsWith('\n') ? text[..^1] : text;

        // int.TryParse lets NULs follow.
        if (length < MaxLength && text.All(char.IsAsciiDigit) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0)
        {
            problem = "";
            return pid;
        }

        problem = $"{path} holds no pid";
        return null;
    }

    /// <summary>Removes the file if it is still ours.</summary>
    public void Dispose()
    {
        if (TryRead(_path, out _) == Environment.ProcessId)
        {
            _ = Syscall.unlink(_path);
        }
    }
}
