using System.CommandLine;

namespace Autoreduction.Control;

/// <summary>The verbs, with their options.</summary>
internal static class Verbs
{
    /// <summary>The verb that speaks as a Nagios plugin, whatever goes wrong.</summary>
    public const string CheckName = "check";

    /// <summary>The verb whose exit codes are the LSB's.</summary>
    public const string StatusName = "status";

    public static IEnumerable<Command> All(Option<string?> config)
    {
        yield return Start(config);
        yield return Stop(config);
        yield return Verb("restart", "Replace the daemon by a new one; running reductions go on. Starts one where none runs. Example: autoreduction-ctl restart", config,
            _ => (settings, path) => new RestartVerb(settings, path).RunAsync());
        yield return Status(config);
        yield return Jobs(config);
        yield return SubmitOptions.Command(config);
        yield return CancelOptions.Command(config);
        yield return Logs(config);
        yield return Check(config);
        yield return Verb("check-config", "Check the settings, and show those in effect without secrets. Example: autoreduction-ctl --config new.toml check-config", config,
            _ => (settings, path) => Task.FromResult(CheckConfigVerb.Run(settings, path)));
    }

    private static Command Start(Option<string?> config)
    {
        var foreground = new Option<bool>("--foreground") { Description = "Stay in the foreground, for systemd and containers" };
        return Verb("start", "Start the daemon and wait until it is up. Example: autoreduction-ctl start", config,
            parsed => (settings, path) => new StartVerb(settings, path).RunAsync(parsed.GetValue(foreground)), foreground);
    }

    private static Command Stop(Option<string?> config)
    {
        var drain = new Option<bool>("--drain") { Description = "Wait without limit until running reductions have ended" };
        var now = new Option<bool>("--now") { Description = "Interrupt running reductions at once; they are redelivered later" };
        var verb = Verb("stop", "Stop the daemon. Running reductions get stop_timeout_seconds. Example: autoreduction-ctl stop --drain", config,
            parsed => (settings, _) => new StopVerb(settings).RunAsync(parsed.GetValue(drain), parsed.GetValue(now)), drain, now);
        verb.Validators.Add(result =>
        {
            if (result.GetValue(drain) && result.GetValue(now))
            {
                result.AddError("--drain and --now exclude each other");
            }
        });
        return verb;
    }

    private static Command Status(Option<string?> config)
    {
        var json = new Option<bool>("--json") { Description = "As JSON" };
        return Verb(StatusName, "Tell whether the daemon runs: exit 0 running, 1 dead with pid file left, 3 not running, 4 unknown. Example: autoreduction-ctl status --json", config,
            parsed => (settings, path) => new StatusVerb(settings, path).RunAsync(parsed.GetValue(json)), json);
    }

    private static Command Jobs(Option<string?> config)
    {
        var json = new Option<bool>("--json") { Description = "As JSON" };
        var all = new Option<bool>("--all") { Description = "Finished ones too" };
        var watch = new Option<bool>("--watch") { Description = "Again and again until Ctrl-C; on a terminal with what holds a run up, or its last line of output" };
        return Verb("jobs", "List the jobs, one a line; from their records where no daemon runs. Example: autoreduction-ctl jobs --watch", config,
            parsed => (settings, _) => new JobsVerb(settings).RunAsync(parsed.GetValue(json), parsed.GetValue(all), parsed.GetValue(watch)), json, all, watch);
    }

    private static Command Logs(Option<string?> config)
    {
        const int shown = 100;
        var job = new Argument<string?>("JOB") { Description = "A job's name, the beginning of it, or its run number; none: the daemon", Arity = ArgumentArity.ZeroOrOne };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what is added, until the job ends, and tell how" };
        var lines = new Option<int>("--lines") { Description = $"How many of the last lines of the daemon's log; default {shown}", DefaultValueFactory = _ => shown };
        lines.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 0)
            {
                result.AddError("--lines must not be negative");
            }
        });
        var verb = Verb("logs", "Show the daemon's log, or what one job logged. Example: autoreduction-ctl logs 3701 -f", config,
            parsed => (settings, _) => new LogsVerb(settings).RunAsync(parsed.GetValue(job), parsed.GetValue(lines), parsed.GetValue(follow)), follow, lines);
        verb.Add(job);
        return verb;
    }

    private static Command Check(Option<string?> config)
    {
        var warning = new Option<int?>("--warning") { Description = "Warn from so many waiting runs on" };
        var critical = new Option<int?>("--critical") { Description = "Critical from so many waiting runs on" };
        var oldestWarning = new Option<int?>("--oldest-warning") { Description = "Warn when the oldest run is here for so many seconds" };
        var oldestCritical = new Option<int?>("--oldest-critical") { Description = "Critical when the oldest run is here for so many seconds" };
        return Verb(CheckName, "Nagios plugin: exit 0 OK, 1 warning, 2 critical, 3 unknown. Example: autoreduction-ctl check --warning 50 --critical 200", config,
            parsed => (settings, path) => new CheckVerb(settings, path).RunAsync(
                new(parsed.GetValue(warning), parsed.GetValue(critical), parsed.GetValue(oldestWarning), parsed.GetValue(oldestCritical))),
            warning, critical, oldestWarning, oldestCritical);
    }

    public static Command Verb(
        string name, string description, Option<string?> config, Func<ParseResult, Func<Contract.Settings, string, Task<int>>> run, params Option[] options)
    {
        var verb = new Command(name, description);
        foreach (var option in options)
        {
            verb.Add(option);
        }

        verb.SetAction((parsed, _) => Program.RunAsync(parsed.GetValue(config), name, run(parsed)));
        return verb;
    }
}
