using Autoreduction.PostProcessAdmin;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

public sealed class LinkTargetTests
{
    [TestCase("/o/link", "a", "a")]
    [TestCase("/o/link", "./a/b", "a/b")]
    [TestCase("/o/link", "/o/a/b/", "a/b")]
    [TestCase("/o/d/link", "../a", "../a")]
    [TestCase("/o/d/link", "/o/a", "../a")]
    public void A_link_that_stays_inside_is_kept_as_a_relative_one(string link, string target, string expected) =>
        Assert.That(LinkTarget.Inside("/o", link, target), Is.EqualTo(expected));

    [TestCase("/o/link", "/etc/passwd")]
    [TestCase("/o/link", "..")]
    [TestCase("/o/link", "../other")]
    [TestCase("/o/link", "../o2/a")]
    [TestCase("/o/link", "/o")]
    [TestCase("/o/link", ".")]
    [TestCase("/o/link", "")]
    [TestCase("/o/link", "d/../../etc")]
    [TestCase("/o/link", "a/b/c/../x")]
    [TestCase("/o/d/link", "../../etc")]
    public void A_link_that_may_lead_outside_is_not_kept(string link, string target) =>
        Assert.That(LinkTarget.Inside("/o", link, target), Is.Null);
}
