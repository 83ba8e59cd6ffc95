using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Autoreduction.Posix;

/// <summary>
/// A text that a program hands to another one that it starts, so that no environment and no command line shows it, not
/// even for the moment that the other takes to erase it. A program in between may hand it on unread.
/// </summary>
public sealed class SecretPipe : IDisposable
{
    /// <summary>The number under which the other program gets it.</summary>
    public const int Number = 4;

    // All of it stays in the pipe until it is read: pipe(7), a pipe holds 64 KiB, or a page where many are open.
    private const int MaxBytes = 4096;

    private readonly SafeFileHandle _readEnd;

    private SecretPipe(SafeFileHandle readEnd) => _readEnd = readEnd;

    /// <summary>How it is given to a child.</summary>
    public SpawnDescriptor ForChild => SpawnDescriptor.Inherit(Number, _readEnd);

    /// <summary>Makes one that holds a text.</summary>
    /// <exception cref="IOException">It is too long, or out of descriptors.</exception>
    public static SecretPipe Of(string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        if (content.Length > MaxBytes)
        {
            throw new IOException($"a secret of more than {MaxBytes} bytes can't be handed on");
        }

        var pipe = GatePipe.Create();
        pipe.WriteAll(content);
        return new SecretPipe(pipe.ReadEnd);
    }

    /// <summary>Takes over the one that this program was started with.</summary>
    /// <exception cref="PosixException">There is none.</exception>
    public static SecretPipe Take() => new(InheritedDescriptor.Take(Number));

    /// <summary>The text. Nobody can read it a second time.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    public string Read()
    {
        using (_readEnd)
        {
            return Encoding.UTF8.GetString(InheritedDescriptor.ReadToEnd(_readEnd, MaxBytes));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _readEnd.Dispose();
}
