using Mono.Unix.Native;

namespace Autoreduction.Tests.Posix;

/// <summary>What may stand in the place of a pid file (F21).</summary>
internal static class StalePidFile
{
    /// <summary>Makes it, and beside it a file with the pid 1 that links can point to.</summary>
    public static void Make(string path, string kind)
    {
        File.WriteAllText(TargetOf(path), "1\n");
        switch (kind)
        {
            case "symlink":
                File.CreateSymbolicLink(path, TargetOf(path));
                break;
            case "dangling":
                File.CreateSymbolicLink(path, "/nowhere/file");
                break;
            case "directory":
                Directory.CreateDirectory(path);
                break;
            case "fifo":
                Syscall.mkfifo(path, FilePermissions.DEFFILEMODE);
                break;
            case "10 MB":
                File.WriteAllBytes(path, new byte[10 << 20]);
                break;
            default:
                File.WriteAllText(path, kind);
                break;
        }
    }

    public static string TargetOf(string path) => $"{path}.target";
}
