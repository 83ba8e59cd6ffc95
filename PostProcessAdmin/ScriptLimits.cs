using System.Globalization;
using Autoreduction.Contract;

namespace Autoreduction.PostProcessAdmin;

/// <summary>How long a script may run, how long it may be silent, and how much memory it may use.</summary>
/// <param name="Time">The time limit, on the monotonic clock.</param>
/// <param name="Silence">How long nothing may be printed; zero: no limit.</param>
/// <param name="Memory">The memory limit in bytes, over all its processes; 0: none.</param>
internal sealed record ScriptLimits(TimeSpan Time, TimeSpan Silence, long Memory)
{
    private const double MiB = 1 << 20;
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    public static ScriptLimits Of(ReductionSettings settings) =>
        new(settings.ScriptTimeout, settings.OutputTimeout, settings.MemoryLimit);

    private bool NeedsLooks => Memory > 0 || Silence > TimeSpan.Zero;

    /// <summary>When to look again.</summary>
    public TimeSpan NextLook(TimeSpan elapsed)
    {
        var left = elapsed < Time ? Time - elapsed : TimeSpan.Zero;
        return NeedsLooks && left > LookInterval ? LookInterval : Min(left, TimeSpan.FromDays(1));
    }

    /// <summary>The limit that is exceeded, in words for scientists; null while none is.</summary>
    public string? WhatExceeds(TimeSpan elapsed, TimeSpan silent, Func<long> memory)
    {
        if (elapsed >= Time)
        {
            return string.Create(CultureInfo.InvariantCulture, $"Script ran for more than {Time.TotalSeconds:0.###} seconds - timed out");
        }

        if (Silence > TimeSpan.Zero && silent >= Silence)
        {
            return string.Create(CultureInfo.InvariantCulture, $"Script printed nothing for more than {Silence.TotalSeconds:0.###} seconds - stopped");
        }

        return Memory > 0 && memory() is var used && used > Memory
            ? string.Create(CultureInfo.InvariantCulture, $"Script used {used / MiB:0} MiB of memory, more than the limit of {Memory / MiB:0.#} MiB - stopped")
            : null;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
