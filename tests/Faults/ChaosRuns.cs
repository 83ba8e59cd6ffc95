using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>
/// Scripts that witness what happens to them, and what they witnessed. The kernel's locks tell whether two runs of an
/// experiment, or more than the permitted number of runs, lived at the same time: they end with the process, however that ends.
/// </summary>
internal sealed partial class ChaosRuns(string directory, int maxJobs)
{
    private string Witnessed => Path.Combine(directory, "witnessed.log");

    /// <summary>A script that works for some time.</summary>
    public string ScriptOf(long rb, long run, double seconds) => string.Create(CultureInfo.InvariantCulture, $"""
        import fcntl, os, time
        def note(word):
            log = os.open('{Witnessed}', os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            os.write(log, (word + ' {rb} {run}\n').encode())
            os.close(log)
        def held(name):
            lock = open('{directory}/' + name, 'w')
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return lock
            except OSError:
                return None
        def main(input_file, output_dir):
            note('begin')
            experiment = held('rb-{rb}')
            if experiment is None:
                note('overlap')
            slot = next((lock for lock in (held('slot-%d' % number) for number in range({maxJobs})) if lock), None)
            if slot is None:
                note('crowd')
            time.sleep({seconds})
            note('end')
        """);

    /// <summary>Checks the promises against what was witnessed.</summary>
    /// <param name="submitted">The runs, in the order in which they were submitted; run numbers grow.</param>
    public void Check(IReadOnlyCollection<(long Rb, long Run)> submitted)
    {
        var lines = File.ReadAllLines(Witnessed).Select(line => Line().Match(line)).ToList();
        Assert.That(lines, Has.All.Property(nameof(Match.Success)).True);
        var notes = lines.Select(match => (Word: match.Groups[1].Value, Rb: long.Parse(match.Groups[2].Value), Run: long.Parse(match.Groups[3].Value))).ToList();

        Assert.That(notes.Where(note => note.Word == "overlap"), Is.Empty, "I2: two runs of one experiment at once");
        Assert.That(notes.Where(note => note.Word == "crowd"), Is.Empty, "I3: more than max_jobs at once");
        foreach (var rb in notes.Where(note => note.Word == "begin").GroupBy(note => note.Rb))
        {
            Assert.That(rb.Select(note => note.Run).Distinct(), Is.Ordered, $"order of RB {rb.Key}");
        }

        var ended = new HashSet<long>();
        foreach (var (word, _, run) in notes)
        {
            Assert.That(word == "begin" && ended.Contains(run), Is.False, $"run {run} began again after its end");
            if (word == "end")
            {
                ended.Add(run);
            }
        }

        Assert.That(notes.Select(note => note.Run).Distinct(), Is.SubsetOf(submitted.Select(run => run.Run)));
    }

    [GeneratedRegex("^(begin|end|overlap|crowd) ([0-9]+) ([0-9]+)$")]
    private static partial Regex Line();
}
