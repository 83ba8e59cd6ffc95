using Autoreduction.PostProcessAdmin;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

public sealed class ScriptLimitsTests
{
    private const long MiB = 1 << 20;

    [TestCase(3600, "Script ran for more than 3600 seconds - timed out")]
    [TestCase(0.5, "Script ran for more than 0.5 seconds - timed out")]
    public void A_script_that_runs_for_too_long_is_told_with_the_limit(double seconds, string expected)
    {
        var limits = new ScriptLimits(TimeSpan.FromSeconds(seconds), TimeSpan.Zero, 0);

        Assert.That(limits.WhatExceeds(TimeSpan.FromSeconds(seconds), TimeSpan.Zero, () => 0), Is.EqualTo(expected));
        Assert.That(limits.WhatExceeds(TimeSpan.FromSeconds(seconds - 0.1), TimeSpan.Zero, () => 0), Is.Null);
    }

    [Test]
    public void A_script_that_uses_too_much_memory_is_told_with_both_figures()
    {
        var limits = new ScriptLimits(TimeSpan.FromHours(1), TimeSpan.Zero, 8192 * MiB);

        Assert.That(
            limits.WhatExceeds(TimeSpan.Zero, TimeSpan.Zero, () => 9000 * MiB),
            Is.EqualTo("Script used 9000 MiB of memory, more than the limit of 8192 MiB - stopped"));
        Assert.That(limits.WhatExceeds(TimeSpan.Zero, TimeSpan.Zero, () => 8192 * MiB), Is.Null);
    }

    [Test]
    public void Memory_is_not_measured_without_a_limit()
    {
        var limits = new ScriptLimits(TimeSpan.FromHours(1), TimeSpan.Zero, 0);

        Assert.That(limits.WhatExceeds(TimeSpan.Zero, TimeSpan.Zero, () => throw new InvalidOperationException("measured")), Is.Null);
        Assert.That(limits.NextLook(TimeSpan.Zero), Is.EqualTo(TimeSpan.FromHours(1)));
    }

    [Test]
    public void It_is_looked_at_when_the_time_is_over_and_never_in_the_past()
    {
        var limits = new ScriptLimits(TimeSpan.FromSeconds(10), TimeSpan.Zero, MiB);

        Assert.That(limits.NextLook(TimeSpan.Zero), Is.LessThan(TimeSpan.FromSeconds(1)));
        Assert.That(limits.NextLook(TimeSpan.FromSeconds(9.99)), Is.EqualTo(TimeSpan.FromSeconds(0.01)));
        Assert.That(limits.NextLook(TimeSpan.FromSeconds(11)), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void A_script_that_prints_nothing_for_too_long_is_told_so_where_that_is_limited()
    {
        var limits = new ScriptLimits(TimeSpan.FromHours(1), TimeSpan.FromSeconds(600), 0);

        Assert.That(limits.WhatExceeds(TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(600), () => 0), Is.EqualTo("Script printed nothing for more than 600 seconds - stopped"));
        Assert.That(limits.WhatExceeds(TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(599), () => 0), Is.Null);
        Assert.That((limits with { Silence = TimeSpan.Zero }).WhatExceeds(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(30), () => 0), Is.Null);
        Assert.That(limits.NextLook(TimeSpan.Zero), Is.LessThan(TimeSpan.FromSeconds(1)));
    }
}
