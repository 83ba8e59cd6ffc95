using Autoreduction.Posix.Interop;
using Microsoft.Win32.SafeHandles;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>Reads and writes whole contents, through interruptions by signals.</summary>
internal static class Descriptors
{
    private const int BufferSize = 4096;

    /// <summary>Writes all of it.</summary>
    /// <exception cref="PosixException">It can't be written: no room (ENOSPC), nobody reads (EPIPE).</exception>
    public static void WriteAll(int descriptor, ReadOnlySpan<byte> content, string name)
    {
        while (content.Length > 0)
        {
            var written = (int)Libc.write(descriptor, in content[0], content.Length);
            if (written < 0 && PosixException.Last != Errno.EINTR)
            {
                throw PosixException.OfLast("write", name);
            }

            content = content[Math.Max(written, 0)..];
        }
    }

    /// <summary>Reads to the end; at most <paramref name="maxLength"/> bytes.</summary>
    /// <exception cref="IOException">It can't be read, or there is more.</exception>
    public static byte[] ReadToEnd(SafeFileHandle descriptor, int maxLength, string name)
    {
        var content = new MemoryStream();
        while (ReadSome(descriptor, content, name))
        {
            if (content.Length > maxLength)
            {
                throw new IOException($"more than {maxLength} bytes came from {name}");
            }
        }

        return content.ToArray();
    }

    /// <summary>Reads what is there, or waits for it; false at the end.</summary>
    /// <exception cref="PosixException">It can't be read.</exception>
    public static bool ReadSome(SafeFileHandle descriptor, MemoryStream content, string name)
    {
        var buffer = new byte[BufferSize];
        var count = (int)Libc.read((int)descriptor.DangerousGetHandle(), ref buffer[0], buffer.Length);
        if (count < 0 && PosixException.Last != Errno.EINTR)
        {
            throw PosixException.OfLast("read", name);
        }

        content.Write(buffer, 0, Math.Max(count, 0));
        return count != 0;
    }
}
