using Autoreduction.Contract;
using Autoreduction.Daemon;
using NUnit.Framework;

namespace Autoreduction.Tests.Daemon;

public sealed class PageTests
{
    [Test]
    public void What_a_message_or_script_says_is_shown_and_never_interpreted()
    {
        const string hostile = "</li><script>alert(1)</script> \"quoted\" & 'so' \u001b[31m";
        var sample = PageSample.Failing();
        var jobs = sample.Jobs.Select(job => job with { Message = hostile, Run = hostile }).ToList();

        var page = new Page(sample.Status with { Broker = hostile, Problems = [hostile] }, jobs, PageSample.Now).ToString();

        Assert.That(page, Does.Not.Contain("<script").And.Not.Contain('\u001b'));
        Assert.That(page, Does.Contain("&lt;script&gt;alert(1)&lt;/script&gt;"));
        Assert.That(page.Split("<li").Length, Is.EqualTo(page.Split("</li>").Length));
    }

    [Test]
    public void It_says_what_runs_what_waits_and_what_failed_and_why()
    {
        var sample = PageSample.Failing();

        var page = sample.Page();

        Assert.That(page, Does.Contain("Someone should look").And.Contain("REDUCTION Error: ValueError"));
        Assert.That(page, Does.Contain(">Waiting<").And.Contain("and 25 more"));
        Assert.That(page, Does.Contain("2 <small class=\"soft\">of 2"));
    }

    [Test]
    public void A_daemon_without_jobs_or_broker_says_so()
    {
        var page = PageSample.Empty().Page();

        Assert.That(page, Does.Contain("Nothing runs.").And.Contain("Nothing waits here.").And.Contain("Nothing failed."));
        Assert.That(page, Does.Contain("no broker").And.Contain("Not connected:"));
    }

    [Test]
    public void A_day_with_very_many_runs_makes_no_very_long_page()
    {
        var run = PageSample.Failing().Jobs.First(job => job.Result == JobResult.Error);

        var page = new Page(PageSample.Empty().Status, [.. Enumerable.Repeat(run with { Message = new string('x', 100_000) }, 5000)], PageSample.Now).ToString();

        Assert.That(page, Has.Length.LessThan(300_000));
    }
}
