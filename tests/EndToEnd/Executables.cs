using System.Diagnostics;
using NUnit.Framework;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>
/// Puts programs into place by another process. Of a file that this process writes, a child that another test forks at that
/// moment holds the descriptor too, and until its exec the program can't be started: ETXTBSY (execve(2)).
/// </summary>
internal static class Executables
{
    public static void Copy(string from, string to)
    {
        using var copy = Process.Start("cp", ["--", from, to]);
        copy.WaitForExit();
        Assert.That(copy.ExitCode, Is.Zero, $"cp {from} {to}");
    }

    /// <summary>Writes a script that everybody may run.</summary>
    public static void Write(string path, string text)
    {
        var source = $"{path}.source";
        File.WriteAllText(source, text);
        Copy(source, path);
        File.Delete(source);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }
}
