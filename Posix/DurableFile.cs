using System.Runtime.InteropServices;
using Autoreduction.Posix.Interop;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>Files that are replaced as a whole: a reader, also after a crash of the machine, sees the old or the new content.</summary>
public static class DurableFile
{
    /// <summary>Writes a temporary file beside it, syncs, renames, and syncs the directory.</summary>
    /// <exception cref="PosixException">It failed; the old content is there still, and no temporary file.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, int mode)
    {
        var temporary = $"{path}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}.tmp";
        _ = Syscall.unlink(temporary);
        var descriptor = Libc.open(temporary, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, (uint)mode);
        if (descriptor < 0)
        {
            throw PosixException.OfLast("open", temporary);
        }

        try
        {
            try
            {
                WriteAll(descriptor, content, temporary);
                Check("fsync", Libc.fsync(descriptor), temporary);
            }
            finally
            {
                _ = Libc.close(descriptor);
            }

            Check("rename", Libc.renameat2(Libc.AT_FDCWD, temporary, Libc.AT_FDCWD, path, 0), path);
        }
        catch
        {
            _ = Syscall.unlink(temporary);
            throw;
        }

        SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>The content of a plain file of at most <paramref name="maxLength"/> bytes; null where there is none.</summary>
    /// <exception cref="IOException">It can't be read, or is larger.</exception>
    public static byte[]? TryRead(string path, int maxLength)
    {
        try
        {
            return new FileInfo(path).Length <= maxLength
                ? File.ReadAllBytes(path)
                : throw new IOException($"{path} is larger than {maxLength} bytes");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Makes names in a directory durable.</summary>
    /// <exception cref="PosixException">It failed.</exception>
    public static void SyncDirectory(string path)
    {
        var descriptor = Libc.open(path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
        Check("open", descriptor, path);
        var result = Libc.fsync(descriptor);
        _ = Libc.close(descriptor);
        Check("fsync", result, path);
    }

    private static void WriteAll(int descriptor, ReadOnlySpan<byte> content, string path)
    {
        while (content.Length > 0)
        {
            var written = Libc.write(descriptor, in MemoryMarshal.GetReference(content), content.Length);
            Check("write", (int)written, path);
            content = content[(int)written..];
        }
    }

    private static void Check(string call, int result, string path)
    {
        if (result < 0)
        {
            throw PosixException.OfLast(call, path);
        }
    }
}
