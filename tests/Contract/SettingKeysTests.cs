using Autoreduction.Contract;
using NUnit.Framework;

namespace Autoreduction.Tests.Contract;

/// <summary>Every key of every section: what it takes, and what it says of what it doesn't take.</summary>
public sealed class SettingKeysTests
{
    private const string Text = "should be a text in quotes, not 5";
    private const string Path = "should be a path from the root, not \"a\"";
    private const string Seconds = "should be a number of seconds, not \"a\"";
    private const string Negative = "seconds or more, at most ten years, not -1";
    private const string Whole = "should be a whole number of at least";
    private const string List = "should be a list of texts such as [\"a\", \"b\"]";

    // Key, a value that is good, and how it is shown where that differs.
    private static readonly (string Key, string Value, string? Shown)[] Good =
    [
        ("broker.uri", "\"stomp:ssl://b:1\"", null),
        ("broker.username", "\"u\"", null),
        ("broker.password_file", "\"/p\"", null),
        ("broker.ca_file", "\"/c\"", null),
        ("broker.heartbeat_seconds", "0.5", null),
        ("broker.prefetch", "5", null),
        ("broker.management_uris", "[\"https://b:8162/api/jolokia\"]", null),
        ("broker.management_username", "\"u\"", null),
        ("broker.management_password_file", "\"/p\"", null),
        ("queues.pending", "\"/queue/P\"", null),
        ("queues.started", "\"/topic/S\"", null),
        ("queues.complete", "\"/queue/C\"", null),
        ("queues.error", "\"/queue/E\"", null),
        ("queues.skipped", "\"/queue/K\"", null),
        ("queues.dead_letter", "\"/queue/D\"", null),
        ("daemon.pid_file", "\"/r/x/../p.pid\"", "\"/r/p.pid\""),
        ("daemon.state_directory", "\"/s/\"", "\"/s\""),
        ("daemon.log_directory", "\"/l\"", null),
        ("daemon.log_level", "\"warn\"", null),
        ("daemon.log_format", "\"json\"", null),
        ("daemon.log_max_size", "\"64 MB\"", "\"64MiB\""),
        ("daemon.log_keep", "0", null),
        ("daemon.log_retention_seconds", "86400", null),
        ("daemon.max_jobs", "1_000", "1000"),
        ("daemon.max_jobs_per_instrument", "2", null),
        ("daemon.max_attempts", "1", null),
        ("daemon.retry_delay_seconds", "0.25", null),
        ("daemon.stop_timeout_seconds", "0", null),
        ("daemon.kill_grace_seconds", "1e2", "100"),
        ("daemon.start_timeout_seconds", "1", null),
        ("daemon.record_retention_seconds", "86400", null),
        ("daemon.cancel_retention_seconds", "60", null),
        ("daemon.cancel_publishes", "true", null),
        ("daemon.post_process_admin", "\"/bin/x\"", null),
        ("daemon.standby", "false", null),
        ("daemon.http_address", "\"[::1]:9464\"", null),
        ("daemon.http_hosts", "[\"reduce.example.org\"]", null),
        ("daemon.umask", "\"0027\"", null),
        ("neighbours.status_topic", "\"/topic/S\"", null),
        ("neighbours.status_interval_seconds", "5", null),
        ("neighbours.ping_topic", "\"/topic/P\"", null),
        ("reduction.python", "[\"/bin/p\", \"-I\"]", null),
        ("reduction.python_path", "[]", null),
        ("reduction.scripts_directory", "\"/s/{instrument}\"", null),
        ("reduction.script_source", "\"archive\"", null),
        ("reduction.results_directory", "\"/r/{instrument}/{rb_number}/{run_number}\"", null),
        ("reduction.temporary_directory", "\"/t\"", null),
        ("reduction.flat_output_instruments", "[\"A\"]", null),
        ("reduction.script_timeout_seconds", "0.1", null),
        ("reduction.memory_limit", "\"1024 MB\"", "\"1GiB\""),
        ("reduction.software", "[\"scipp\"]", null),
        ("reduction.script_user", "\"reduce\"", null),
        ("reduction.output_timeout_seconds", "600", null),
        ("reduction.min_free_space", "\"1GiB\"", null),
        ("reduction.storage_mount_point", "\"/instrument\"", null),
        ("reduction.script_umask", "\"007\"", null),
        ("reduction.data_file_wait_seconds", "1.5", null),
        ("reduction.publish_retry_seconds", "2", null),
        ("reduction.path_map", @"[{ from = '\\a\', to = ""/b"" }]", @"[{ from = '\\a\', to = ""/b"" }]"),
    ];

    // Key, a value that is not good, and words of the error.
    private static readonly (string Key, string Value, string Error)[] Bad =
    [
        ("broker.uri", "5", Text),
        ("broker.uri", "\"\"", "must not be empty"),
        ("broker.uri", "\"tcp://u:hunter2@b\"", "must not hold a login; use username and password_file"),
        ("broker.username", "5", Text),
        ("broker.password_file", "\"hunter2\"", "what stands here is not shown"),
        ("broker.ca_file", "\"a\"", Path),
        ("broker.heartbeat_seconds", "-1", Negative),
        ("broker.heartbeat_seconds", "nan", "seconds or more"),
        ("broker.prefetch", "-1", Whole),
        ("broker.management_uris", "\"http://b\"", List),
        ("broker.management_uris", "[\"tcp://b:61613\"]", "should be addresses such as \"http://broker:8161/api/jolokia\", not \"tcp://b:61613\""),
        ("broker.management_uris", "[\"http://u:hunter2@b\"]", "must not hold a login; use management_username"),
        ("broker.management_uris", "\"http://u:hunter2@b\"", "must not hold a login; use management_username"),
        ("broker.management_username", "5", Text),
        ("broker.management_password_file", "\"hunter2\"", "what stands here is not shown"),
        ("queues.pending", "\"/topic/P\"", "should be /queue/ and a name without spaces, not \"/topic/P\""),
        ("queues.started", "\"/queue/\"", "should be /queue/ or /topic/ and a name"),
        ("queues.complete", "\"/queue/a b\"", "without spaces"),
        ("queues.error", "\"Error\"", "should be /queue/ or /topic/"),
        ("queues.skipped", "\"\"", "should be /queue/ or /topic/"),
        ("queues.dead_letter", "5", Text),
        ("daemon.pid_file", "\"a\"", Path),
        ("daemon.state_directory", "\"a\"", Path),
        ("daemon.log_directory", "\"a\"", Path),
        ("daemon.log_level", "\"loud\"", "should be \"debug\" or \"info\" or \"warn\" or \"error\", not \"loud\""),
        ("daemon.log_format", "\"xml\"", "should be \"text\" or \"json\""),
        ("daemon.log_max_size", "\"much\"", "should be a size such as \"8GiB\""),
        ("daemon.log_keep", "-1", Whole),
        ("daemon.log_retention_seconds", "-1", Negative),
        ("daemon.max_jobs", "1.5", Whole),
        ("daemon.max_jobs_per_instrument", "\"1\"", Whole),
        ("daemon.max_attempts", "0", "should be a whole number of at least 1, not 0"),
        ("daemon.retry_delay_seconds", "\"a\"", Seconds),
        ("daemon.stop_timeout_seconds", "\"a\"", Seconds),
        ("daemon.kill_grace_seconds", "1e300", "at most ten years"),
        ("daemon.start_timeout_seconds", "0", "should be 1 seconds or more"),
        ("daemon.record_retention_seconds", "1979-05-27", "should be a number of seconds"),
        ("daemon.cancel_retention_seconds", "-1", Negative),
        ("daemon.cancel_publishes", "\"yes\"", "should be true or false, not \"yes\""),
        ("daemon.post_process_admin", "\"a\"", Path),
        ("daemon.standby", "\"no\"", "should be true or false, not \"no\""),
        ("daemon.http_address", "\"localhost:1\"", "should be an IP address and a port such as \"127.0.0.1:9464\", not \"localhost:1\""),
        ("daemon.http_hosts", "\"a\"", List),
        ("neighbours.status_topic", "5", Text),
        ("neighbours.status_topic", "\"Status\"", "should be /topic/ or /queue/ and a name without spaces, not \"Status\""),
        ("neighbours.status_interval_seconds", "\"a\"", Seconds),
        ("neighbours.ping_topic", "5", Text),
        ("neighbours.ping_topic", "\"/topic/\"", "should be /topic/ or /queue/ and a name without spaces, not \"/topic/\""),
        ("daemon.umask", "22", "should be a mask in octal, in quotes"),
        ("daemon.umask", "\"089\"", "should be a mask in octal"),
        ("daemon.umask", "\"722\"", "should leave the owner's own rights alone"),
        ("reduction.python", "[\"python3\"]", "begins with the interpreter's path from the root"),
        ("reduction.python_path", "[1]", List),
        ("reduction.scripts_directory", "\"/s/{run_number}\"", "has the unknown placeholder {run_number}; known are {instrument}"),
        ("reduction.script_source", "\"both\"", "should be \"message\" or \"archive\", not \"both\""),
        ("reduction.results_directory", "\"/r/{rb\"", "has the unknown placeholder {rb"),
        ("reduction.temporary_directory", "\"a\"", Path),
        ("reduction.flat_output_instruments", "\"LET\"", List),
        ("reduction.script_timeout_seconds", "0", "should be 0.1 seconds or more"),
        ("reduction.software", "\"mantid\"", List),
        ("reduction.script_user", "1", "should be a text in quotes"),
        ("reduction.output_timeout_seconds", "-1", "should be 0 seconds or more"),
        ("reduction.min_free_space", "\"much\"", "should be a size such as \"8GiB\""),
        ("reduction.storage_mount_point", "\"a\"", Path),
        ("reduction.script_umask", "\"9\"", "should be a mask in octal"),
        ("reduction.memory_limit", "\"8 gigs\"", "should be a size such as \"8GiB\""),
        ("reduction.memory_limit", "\"99999999TiB\"", "is too large"),
        ("reduction.data_file_wait_seconds", "inf", "at most ten years"),
        ("reduction.publish_retry_seconds", "true", "should be a number of seconds, not true"),
        ("reduction.path_map", "[{ from = 'a' }]", "each entry should be { from = '…', to = '…' }"),
        ("reduction.path_map", "\"a\"", "should be a list of { from = '…', to = '…' }"),
    ];

    private static IEnumerable<TestCaseData> GoodValues =>
        Good.Select(value => new TestCaseData(value.Key, value.Value, value.Shown ?? value.Value).SetArgDisplayNames(value.Key, value.Value));

    private static IEnumerable<TestCaseData> BadValues =>
        Bad.Select(value => new TestCaseData(value.Key, value.Value, value.Error).SetArgDisplayNames(value.Key, value.Value));

    [TestCaseSource(nameof(GoodValues))]
    public void A_good_value_takes_effect_and_can_be_read_again(string key, string value, string shown)
    {
        var settings = SettingsToml.Parse(SettingsToml.Set(key, value));

        Assert.That(ValueOf(settings, key), Is.EqualTo(shown));
        Assert.That(ValueOf(new Settings(), key), Is.Not.EqualTo(shown), "else nothing was shown");
        Assert.That(settings.WhereOf(key), Is.EqualTo("a.toml:2"));
        Assert.That(SettingsText.Entries(SettingsToml.Parse(SettingsText.Of(settings))), Is.EqualTo(SettingsText.Entries(settings)));
    }

    [TestCaseSource(nameof(BadValues))]
    public void A_bad_value_is_told_with_line_key_and_what_is_expected(string key, string value, string error)
    {
        var said = SettingsToml.ErrorsOf(SettingsToml.Set(key, value)).Single();

        Assert.That(said, Does.StartWith($"a.toml:2: {key}: ").And.Contains(error));
        Assert.That(said, Does.Not.Contain("hunter2"));
    }

    [TestCaseSource(nameof(GoodValues))]
    public void The_environment_gives_the_same_value(string key, string value, string shown)
    {
        // Texts stand without quotes in the environment.
        var plain = value.StartsWith('"') ? value.Trim('"') : value;

        var settings = SettingsToml.Parse("", new() { [VariableOf(key)] = plain });

        Assert.That(ValueOf(settings, key), Is.EqualTo(shown));
        Assert.That(settings.WhereOf(key), Is.EqualTo($"environment variable {VariableOf(key)}"));
    }

    [Test]
    public void Every_key_has_a_good_and_a_bad_value_here()
    {
        var keys = SettingsText.Entries(new Settings()).Select(entry => $"{entry.Section}.{entry.Name}").ToList();

        Assert.That(Good.Select(value => value.Key).Distinct(), Is.EquivalentTo(keys));
        Assert.That(Bad.Select(value => value.Key).Distinct(), Is.EquivalentTo(keys));
    }

    [TestCaseSource(nameof(GoodValues))]
    public void Every_key_of_reduction_can_be_set_for_one_instrument(string key, string value, string shown)
    {
        if (!key.StartsWith("reduction."))
        {
            Assert.That(SettingsToml.ErrorsOf(SettingsToml.Set($"reduction.instruments.ENGINX.{key.Split('.')[1]}", value)), Has.Count.EqualTo(1));
            return;
        }

        var own = key.Replace("reduction.", "reduction.instruments.ENGINX.");
        var settings = SettingsToml.Parse(SettingsToml.Set(own, value));

        Assert.That(ValueOf(settings, own), Is.EqualTo(shown));
        Assert.That(ValueOf(settings, key), Is.EqualTo(ValueOf(new Settings(), key)));
    }

    private static string VariableOf(string key) => $"AUTOREDUCTION__{key.Replace(".", "__").ToUpperInvariant()}";

    private static string ValueOf(Settings settings, string key) =>
        SettingsText.Entries(settings).Single(entry => $"{entry.Section}.{entry.Name}" == key).Value;
}
