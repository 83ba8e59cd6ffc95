using NUnit.Framework;

namespace Autoreduction.Tests.Control;

[Parallelizable(ParallelScope.All)]
public sealed class UsageTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task An_unknown_word_is_named_and_the_usage_shown(CancellationToken token)
    {
        await using var installation = Installation.Create();

        var (code, said) = await installation.CtlAsync(token, "reload");

        Assert.That(code, Is.EqualTo(2));
        Assert.That(said, Does.StartWith("Unknown command: reload\nUsage: autoreduction-ctl [--config FILE] start|stop|restart|status"));
    }

    [TestCase("start", "--backwards")]
    [TestCase("status", "now")]
    [CancelAfter(60_000)]
    public async Task Wrong_use_is_told_with_code_2(string verb, string argument, CancellationToken token)
    {
        await using var installation = Installation.Create();

        var (code, said) = await installation.CtlAsync(token, verb, argument);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(said, Does.Contain(argument).And.Contain("Usage:"));
    }
}
