using System.Text.Json.Nodes;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

/// <summary>submit, used in wrong ways and by scripts.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SubmitTests
{
    private const string Hint = "\nSee autoreduction-ctl submit --help";
    private static readonly string[] Run = ["submit", "--instrument", "LET", "--run", "1", "--rb", "2", "--data", "/d"];

    [TestCase("data is missing; instrument is missing; rb_number is missing; run_number is missing")]
    [TestCase("data is missing; rb_number is missing", "--instrument", "LET", "--run", "1")]
    [TestCase("data is missing", "--instrument", "LET", "--run", "1", "--rb", "2")]
    [TestCase("run_number is 0; it should be a whole number greater than 0", "--instrument", "LET", "--run", "0", "--rb", "2", "--data", "/d")]
    public async Task All_that_is_missing_is_named_at_once(string words, params string[] options)
    {
        await using var installation = Installation.Create();

        Assert.That(await installation.CtlAsync(CancellationToken.None, ["submit", .. options]), Is.EqualTo((2, $"not submitted: {words}{Hint}")));
    }

    [TestCase("--file", "ROOT/run", "is a directory; name a file with a message as JSON, such as docs/operating.md shows")]
    [TestCase("--file", "ROOT/none", "does not exist; name a file with a message")]
    [TestCase("--file", "ROOT/broken", "the body is not JSON: ")]
    [TestCase("--file", "ROOT/list", "the body is JSON, but not a JSON object; name a file with a message")]
    [TestCase("--file", "ROOT/closed", "may not be read by this user; name a file with a message")]
    [TestCase("--file", "", "can't be read: ")]
    [TestCase("--arguments", "ROOT/run", "is a directory; name a file with {\"standard_vars\": {...}")]
    [TestCase("--arguments", "ROOT/broken", "it is not JSON: ")]
    [TestCase("--arguments", "ROOT/list", "it is JSON, but not an object; name a file with {\"standard_vars\": {...}")]
    [TestCase("--arguments", "ROOT/slip", "unknown key standard_var; did you mean standard_vars?; name a file with")]
    [TestCase("--arguments", "ROOT/number", "advanced_vars is number; it should be an object; name a file with")]
    [TestCase("--arguments", "ROOT/twice", "it is not JSON: ")]
    [TestCase("--script", "ROOT/none.py", "does not exist; name a Python script")]
    public async Task A_file_that_can_t_be_used_is_told_with_what_it_should_be(string option, string path, string words)
    {
        await using var installation = Installation.Create();
        await File.WriteAllTextAsync($"{installation.Root}/broken", "{\"rb_number\": 1,");
        await File.WriteAllTextAsync($"{installation.Root}/list", "[1]");
        await File.WriteAllTextAsync($"{installation.Root}/closed", "{}");
        File.SetUnixFileMode($"{installation.Root}/closed", UnixFileMode.UserRead);
        await File.WriteAllTextAsync($"{installation.Root}/slip", """{"advanced_vars": {}, "standard_var": {"a": 1}}""");
        await File.WriteAllTextAsync($"{installation.Root}/number", """{"standard_vars": {}, "advanced_vars": 5}""");
        await File.WriteAllTextAsync($"{installation.Root}/twice", """{"standard_vars": {}, "standard_vars": {}}""");
        path = path.Replace("ROOT", installation.Root);

        var (code, said) = await installation.CtlAsNobodyAsync(CancellationToken.None, [.. Run, option, path]);

        Assert.That(code, Is.EqualTo(2), said);
        Assert.That(said, Does.StartWith($"{option} {path}: {words}").And.EndWith(Hint));
    }

    [TestCase("none", 78, "FILE does not exist; it should be a file with the password in its first line")]
    [TestCase("run", 78, "FILE is a directory; it should be a file with the password in its first line")]
    [TestCase("closed", 4, "FILE may not be read by this user; do this as root or as the daemon's user")]
    public async Task A_password_file_that_can_t_be_read_is_told_with_the_setting(string name, int expected, string words)
    {
        await using var installation = Installation.Create();
        var path = $"{installation.Root}/{name}";
        await File.WriteAllTextAsync($"{installation.Root}/closed", "hunter2\n");
        File.SetUnixFileMode($"{installation.Root}/closed", UnixFileMode.UserRead);
        var settings = await File.ReadAllTextAsync(installation.SettingsPath);
        await File.WriteAllTextAsync(installation.SettingsPath, settings.Replace("[broker]", $"[broker]\npassword_file = \"{path}\""));

        var (code, said) = await installation.CtlAsNobodyAsync(CancellationToken.None, Run);

        Assert.That(code, Is.EqualTo(expected), said);
        Assert.That(said, Is.EqualTo($"{installation.SettingsPath}:2: broker.password_file: {words.Replace("FILE", path)}"));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_script_gets_the_run_or_its_outcome_as_JSON_and_nothing_else(CancellationToken token)
    {
        await using var facility = await Facility.OpenAsync(token);
        Assert.That((await facility.CtlAsync(token, "start")).Code, Is.Zero);
        await File.WriteAllTextAsync($"{facility.Root}/good.py", "def main(input_file, output_dir):\n    pass\n", token);
        await File.WriteAllTextAsync($"{facility.Root}/bad.py", "def main(input_file, output_dir):\n    raise ValueError('no peaks')\n", token);

        var (code, queued) = await SubmitAsync(1, "good.py");
        Assert.That((code, queued.ToJsonString()), Is.EqualTo((0, """{"instrument":"LET","run":"1","rb_number":7}""")));

        (code, var complete) = await SubmitAsync(2, "good.py", "--wait");
        Assert.That((code, (string?)complete["result"], (string?)complete["run"], (string?)complete["state"]), Is.EqualTo((0, "Complete", "2", "Finished")));
        Assert.That(complete["result_directories"]!.AsArray(), Has.Count.EqualTo(1));

        (code, var failed) = await SubmitAsync(3, "bad.py", "--wait");
        Assert.That((code, (string?)failed["result"]), Is.EqualTo((1, "Error")));
        Assert.That((string?)failed["message"], Does.Contain("no peaks"));

        async Task<(int Code, JsonNode Answer)> SubmitAsync(int run, string script, params string[] more)
        {
            var (exit, said) = await facility.CtlAsync(
                token, ["submit", "--instrument", "LET", "--run", $"{run}", "--rb", "7", "--data", facility.Place.DataPath, "--script", $"{facility.Root}/{script}", "--json", .. more]);
            return (exit, JsonNode.Parse(said)!);
        }
    }
}
