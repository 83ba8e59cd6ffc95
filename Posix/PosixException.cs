using System.Runtime.InteropServices;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>A system call failed in a way that its caller didn't expect.</summary>
public sealed class PosixException : IOException
{
    /// <summary>Describes the failure of <paramref name="call"/> on <paramref name="subject"/>.</summary>
    public PosixException(string call, Errno errno, string subject = "")
        : base($"{call}{(subject.Length > 0 ? $" {subject}" : "")}: {Stdlib.strerror(errno)} ({errno})")
    {
        (Call, Errno, Subject) = (call, errno, subject);
    }

    /// <summary>The call's name.</summary>
    public string Call { get; }

    /// <summary>What the kernel answered.</summary>
    public Errno Errno { get; }

    /// <summary>The file or process that it was about; may be empty.</summary>
    public string Subject { get; }

    /// <summary>The errno of the last call through LibraryImport.</summary>
    internal static Errno Last => NativeConvert.ToErrno(Marshal.GetLastPInvokeError());

    internal static PosixException OfLast(string call, string subject = "") => new(call, Last, subject);
}
