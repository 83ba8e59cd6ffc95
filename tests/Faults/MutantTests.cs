using NUnit.Framework;
using NUnit.Framework.Internal;

namespace Autoreduction.Tests.Faults;

/// <summary>
/// Experiments that never fail prove nothing. Here each is repeated on a daemon with one defect on purpose, and must complain
/// of it; without a defect it is a test of its own.
/// </summary>
public sealed class MutantTests
{
    private static readonly List<string> Table = [];

    public delegate Task Experiment(CancellationToken token);

    private static IEnumerable<TestCaseData> Mutants()
    {
        // Quick ones first: these are in the suite that every commit must pass.
        yield return Case("gate-skipped", "F2 spawned", "ran before its record was written", token => new DaemonDeathTests().F2_A_daemon_that_dies_at_this_point_loses_nothing_and_repeats_nothing("spawned", false, token));
        yield return Case("experiments-mixed", "ten runs of one RB", "I2 run", new ScaleTests().Ten_runs_of_one_RB_are_reduced_one_at_a_time_and_in_order);
        yield return Case("redelivery-unknown", "F29", "I2 each run is reduced once", new StubbornBrokerTests().F29_a_message_that_comes_twice_is_reduced_once_and_acknowledged_twice);

        yield return Long("acknowledged-on-arrival", "F2 ended", "I1 run 2 has 0 outcomes", token => new DaemonDeathTests().F2_A_daemon_that_dies_at_this_point_loses_nothing_and_repeats_nothing("ended", false, token));
        yield return Long("waitpid-any", "F17", "exited with code", token => new JobFaultTests().F17_Every_exit_code_and_every_signal_is_told_as_what_it_is(all: false, token));
        yield return Long("lock-leaked", "F22", "the daemon's lock", new DaemonDeathTests().F1_F22_A_daemon_that_is_killed_with_3_running_and_7_waiting_loses_none_and_repeats_none);
        yield return Long("heart-beat-once", "F5 late", "taken for gone", new StubbornBrokerTests().F5_a_broker_whose_heart_beats_come_late_is_not_taken_for_gone);
        yield return Long("unsubscribed-on-drain", "F26 drain", "I1", new SignalFaultTests().F26_Drain_lets_what_runs_finish_acknowledges_it_and_leaves_the_rest);
        yield return Long("tag-forgotten", "F15 both killed", "I2 a process of the first attempt", new JobFaultTests().F15_What_left_its_session_is_ended_after_daemon_and_post_process_admin_were_killed);
        yield return Long("last-first", "ten runs of one RB", "came in the order", new ScaleTests().Ten_runs_of_one_RB_are_reduced_one_at_a_time_and_in_order);
        yield return Long("record-in-place", "F2 writing", "I8", token => new DaemonDeathTests().F2_A_daemon_that_dies_while_it_writes_leaves_whole_records(3, token));
        yield return Long("outcome-unrecorded", "F2 committed", "I1 not finished", token => new DaemonDeathTests().F2_A_daemon_that_dies_at_this_point_loses_nothing_and_repeats_nothing("committed", true, token));
        yield return Long("attempts-uncounted", "F13", "is given up", new DaemonDeathTests().F13_A_run_that_kills_the_daemon_every_time_is_given_up_and_the_others_go_on);
        yield return Long("receipt-ignored", "F12", "acknowledged", new StubbornBrokerTests().F12_an_acknowledgement_that_is_refused_is_sent_again_and_the_run_is_not);
        yield return Long("slot-freed-early", "F15 lingering", "I2 run", new JobFaultTests().F15_The_next_run_of_an_RB_waits_for_the_last_process_of_the_one_before);
    }

    [TestCaseSource(nameof(Mutants))]
    [CancelAfter(300_000)]
    public async Task A_defect_is_found_by_its_experiment(string mutant, string experiment, string expected, Experiment run, CancellationToken token)
    {
        var complaint = await ComplaintAsync(mutant, run, token);

        Table.Add($"{mutant,-24} {experiment,-20} {Line(complaint, expected)}");
        Assert.That(complaint, Does.Contain(expected));
    }

    [OneTimeTearDown]
    public void ShowTable() => TestContext.Progress.WriteLine($"{"mutant",-24} {"experiment",-20} complaint\n{string.Join('\n', Table)}");

    private static async Task<string> ComplaintAsync(string mutant, Experiment run, CancellationToken token)
    {
        // What fails in here is no failure of this test.
        using var isolated = new TestExecutionContext.IsolatedContext();
        ActiveMutant.Name = mutant;
        try
        {
            await run(token);
            return "";
        }
        catch (AssertionException e)
        {
            return e.Message;
        }
    }

    private static string Line(string complaint, string expected) =>
        complaint.Split('\n', StringSplitOptions.TrimEntries).FirstOrDefault(line => line.Contains(expected, StringComparison.Ordinal)) ?? $"not caught: {complaint}";

    private static TestCaseData Case(string mutant, string experiment, string expected, Experiment run) =>
        new TestCaseData(mutant, experiment, expected, run).SetName($"Mutant {mutant} is caught by {experiment}");

    private static TestCaseData Long(string mutant, string experiment, string expected, Experiment run) =>
        Case(mutant, experiment, expected, run).SetCategory("Faults");
}
