using System.Globalization;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>Whether standard error goes to the systemd journal.</summary>
public static class Journal
{
    /// <summary>The variable in which systemd says which file the journal's stream is.</summary>
    public const string Variable = "JOURNAL_STREAM";

    /// <summary>Whether standard error is the stream that <paramref name="value"/> of <see cref="Variable"/> names, as device:inode.</summary>
    /// <remarks>systemd.exec(5): the variable is inherited, so it alone doesn't tell that standard error is still the journal.</remarks>
    public static bool IsStandardError(string? value) =>
        value is not null
        && Syscall.fstat(2, out var stat) == 0
        && value == string.Create(CultureInfo.InvariantCulture, $"{stat.st_dev}:{stat.st_ino}");
}
