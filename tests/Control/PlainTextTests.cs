using Autoreduction.Control;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

public sealed class PlainTextTests
{
    [TestCase("\e[2Jgone", "[2Jgone")]
    [TestCase("\e]0;title\a", "]0;title")]
    [TestCase("over\rwritten\u009b1m", "overwritten1m")]
    [TestCase("two\nlines\tand ångström", "two\nlines\tand ångström")]
    public void Text_of_others_does_not_steer_a_terminal(string text, string expected) => Assert.That(text.Plain(), Is.EqualTo(expected));
}
