using NUnit.Framework;

namespace Autoreduction.Tests.Contract;

/// <summary>What must hold between settings.</summary>
public sealed class SettingsRulesTests
{
    [TestCase("[queues]\nstarted = \"/queue/ReductionPending\"", "a.toml:2: queues.started: is the same as queues.pending, \"/queue/ReductionPending\"; each needs a queue of its own")]
    [TestCase("[queues]\npending = \"/queue/ReductionError\"", "a.toml:2: queues.pending: is the same as queues.error, \"/queue/ReductionError\"; each needs a queue of its own")]
    [TestCase("[queues]\nerror = \"/queue/X\"\ndead_letter = \"/queue/X\"", "a.toml:3: queues.dead_letter: is the same as queues.error, \"/queue/X\"; each needs a queue of its own")]
    [TestCase("[neighbours]\nping_topic = \"/queue/ReductionPending\"", "a.toml:2: neighbours.ping_topic: is the same as queues.pending, \"/queue/ReductionPending\"; each needs a queue of its own")]
    [TestCase("[neighbours]\nstatus_topic = \"/topic/S\"\nping_topic = \"/topic/S\"", "a.toml:3: neighbours.ping_topic: is the same as neighbours.status_topic, \"/topic/S\"; each needs a queue of its own")]
    [TestCase("[reduction]\nresults_directory = \"/var/lib/autoreduction/tmp/x/{run_number}\"", "a.toml:2: reduction.results_directory: /var/lib/autoreduction/tmp/x lies in /var/lib/autoreduction/tmp, where only the daemon's own files may be (reduction.temporary_directory)")]
    [TestCase("[daemon]\nlog_directory = \"/var/lib/autoreduction/jobs\"", "a.toml:2: daemon.log_directory: /var/lib/autoreduction/jobs lies in /var/lib/autoreduction/jobs, where only the daemon's own files may be (daemon.state_directory)")]
    [TestCase("[reduction]\ntemporary_directory = \"/var/lib/autoreduction/jobs/tmp\"", "a.toml:2: reduction.temporary_directory: /var/lib/autoreduction/jobs/tmp lies in /var/lib/autoreduction/jobs, where only job records may be (daemon.state_directory)")]
    [TestCase("[reduction.instruments.LET]\nresults_directory = \"/var/lib/autoreduction/jobs/{run_number}\"", "a.toml:2: reduction.instruments.LET.results_directory: /var/lib/autoreduction/jobs lies in /var/lib/autoreduction/jobs, where only the daemon's own files may be (daemon.state_directory)")]
    public void Queues_and_directories_that_are_in_each_others_way_are_told(string text, string error)
    {
        Assert.That(SettingsToml.ErrorsOf(text), Is.EqualTo(new[] { error }));
    }

    [Test]
    public void A_temporary_directory_above_the_daemons_own_is_told_for_each_of_them()
    {
        var errors = SettingsToml.ErrorsOf("[reduction]\ntemporary_directory = \"/var\"");

        Assert.That(errors, Has.Some.Contains("daemon.state_directory: /var/lib/autoreduction lies in /var,"));
        Assert.That(errors, Has.Some.Contains("daemon.log_directory: /var/log/autoreduction lies in /var,"));
    }

    [TestCase("")]
    [TestCase("[reduction]\ntemporary_directory = \"/var/lib/autoreduction/jobs2\"")]
    [TestCase("[reduction]\nresults_directory = \"/var/lib/autoreduction/results/{run_number}\"")]
    [TestCase("[reduction.instruments.LET]\nmemory_limit = 1")]
    public void Neighbours_are_in_nobodys_way(string text)
    {
        Assert.That(SettingsToml.Parse(text).Warnings, Is.Empty);
    }

    [Test]
    public void Results_that_dont_tell_runs_apart_are_warned_of_where_it_was_set()
    {
        var settings = SettingsToml.Parse("[reduction.instruments.LET]\nresults_directory = \"/r/{rb_number}\"");

        Assert.That(settings.Warnings.Select(warning => warning.ToString()),
            Is.EqualTo(new[] { "a.toml:2: reduction.instruments.LET.results_directory: has no {run_number}: the results of all runs become versions of one directory" }));
    }

    [Test]
    public void A_value_that_is_bad_already_brings_no_second_error()
    {
        Assert.That(SettingsToml.ErrorsOf("[daemon]\nstate_directory = 5\nlog_directory = \"/var/lib/autoreduction/tmp\""), Has.Count.EqualTo(2));
    }
}
