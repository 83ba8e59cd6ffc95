using System.Diagnostics;
using NUnit.Framework;

namespace Autoreduction.Tests.Posix;

/// <summary>Makes files that .NET can't.</summary>
internal static class Python
{
    /// <summary>Runs statements in a directory.</summary>
    public static void Run(string directory, string statements)
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", statements]) { WorkingDirectory = directory })!;
        python.WaitForExit();
        Assert.That(python.ExitCode, Is.Zero);
    }
}
