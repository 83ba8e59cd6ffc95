using System.Text.Json.Nodes;
using Autoreduction.Contract;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>What a script gets, from the message and from its folder, all the way through.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunScriptTests : IAsyncDisposable
{
    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;

    public RunScriptTests() => _run = new PostProcessAdminRunner(_broker.Uri);

    [Test]
    [CancelAfter(60_000)]
    public async Task Variables_keep_type_order_and_key_from_the_message_to_the_script(CancellationToken token)
    {
        const string standard = """
            {"z": 1, "a": 1.0, "UB Matrix": [[1, -0.5], [], null], "vanadium-mass": 1e3, "big": 123456789012345678901234567890,
             "yes": true, "no": false, "none": null, "text": "1", "empty": "", "é\u2713": "\"\\\n", "nested": {"b": {"c": [1.50]}}}
            """;
        _run.Message["reduction_arguments"] = JsonNode.Parse($$"""{"standard_vars": {{standard}}, "advanced_vars": {"class": [] } }""");
        _run.Write("scripts/TESTY/reduce_vars.py", "standard_vars = {'first': (1, 2), 'a': 'old'}\nadvanced_vars = {}\n");
        _run.Script = "import reduce_vars as v\ndef main(input_file, output_dir):\n    open('vars', 'w', encoding='utf-8').write(ascii(v.standard_vars) + ascii(v.advanced_vars))\n";

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(File.ReadAllText(Path.Combine(_run.RunFolder, "run-version-0/vars")), Is.EqualTo(
            @"{'first': (1, 2), 'a': 1.0, 'z': 1, 'UB Matrix': [[1, -0.5], [], None], 'vanadium-mass': 1000.0, " +
            @"'big': 123456789012345678901234567890, 'yes': True, 'no': False, 'none': None, 'text': '1', 'empty': '', " +
            @"'\xe9\u2713': '""\\\n', 'nested': {'b': {'c': [1.5]}}}{'class': []}"));
        await _broker.NextAsync(token);
        var told = (await _broker.NextAsync(token)).Body["reduction_arguments"]!["standard_vars"]!;
        Assert.That(told.AsObject().Select(pair => pair.Key), Is.EqualTo(JsonNode.Parse(standard)!.AsObject().Select(pair => pair.Key)));
        Assert.That(told["big"]!.ToJsonString(), Is.EqualTo("123456789012345678901234567890"));
        Assert.That(told["a"]!.ToJsonString(), Is.EqualTo("1.0"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task What_C_code_and_programs_print_is_in_the_logs(CancellationToken token)
    {
        _run.Script = """
            import ctypes, subprocess
            def main(input_file, output_dir):
                libc = ctypes.CDLL(None)
                libc.puts(b"from C")
                libc.fflush(None)
                libc.perror(b"also from C")
                subprocess.check_call("echo from a program; echo also from a program >&2", shell=True)
            """;

        var code = await _run.RunAsync(token);

        var log = Path.Combine(_run.RunFolder, "run-version-0/reduction_log/RB_1810001_Run_3701_");
        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(File.ReadAllText(log + "Script.out"), Is.EqualTo("from C\nfrom a program\n"));
        Assert.That(File.ReadAllText(log + "Mantid.log"), Does.StartWith("also from C: ").And.EndWith("\nalso from a program\n"));
    }

    [TestCase(true)]
    [TestCase(false)]
    [CancelAfter(60_000)]
    public async Task A_script_finds_its_folder_through_file_wherever_its_text_came_from(bool inMessage, CancellationToken token)
    {
        const string script = """
            import os
            here = os.path.dirname(os.path.abspath(__file__))
            def main(input_file, output_dir):
                open("beside", "w").write(open(os.path.join(here, "mask.txt")).read())
                open("beside_data", "w").write(str(os.path.exists(input_file.replace(".nxs", ".raw"))))
            """;
        _run.Write("scripts/TESTY/reduce.py", inMessage ? "raise ValueError('the wrong one')" : script);
        _run.Write("scripts/TESTY/mask.txt", "mask");
        _run.Write("data/MARI3701.raw", "");
        _run.Message["reduction_script"] = inMessage ? script : null;

        var code = await _run.RunAsync(token);

        Assert.That(code, Is.Zero, _run.AdminLog);
        Assert.That(File.ReadAllText(Path.Combine(_run.RunFolder, "run-version-0/beside")), Is.EqualTo("mask"), _run.AdminLog);
        Assert.That(File.ReadAllText(Path.Combine(_run.RunFolder, "run-version-0/beside_data")), Is.EqualTo("True"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_script_of_the_archive_is_shown_by_its_own_path_in_a_traceback_whatever_lies_beside_it(CancellationToken token)
    {
        foreach (var name in (string[])["traceback", "linecache", "json", "tokenize"])
        {
            _run.Write($"scripts/TESTY/{name}.py", "raise ImportError('not the one of Python')\n");
        }

        var script = _run.Write("scripts/TESTY/reduce.py", "\n\n\ndef main(input_file, output_dir):\n    raise ValueError('x')\n");
        _run.Reduction = _run.Reduction with { ScriptSource = ScriptSource.Archive };

        await _run.RunAsync(token);

        await _broker.NextAsync(token);
        var log = (await _broker.NextAsync(token)).Body["reduction_log"]!.GetValue<string>();
        Assert.That(log, Does.StartWith($"Traceback (most recent call last):\n  File \"{script}\", line 5, in main\n    raise ValueError('x')\n"));
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        await _broker.DisposeAsync();
    }
}
