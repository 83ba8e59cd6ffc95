using System.Diagnostics;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary><c>post-process-admin try</c>, as the author of a script uses it.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TryTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("try-test-").FullName;

    private string Output => PathOf("output");

    public TryTests()
    {
        Directory.CreateDirectory(PathOf("tmp"));
        File.WriteAllText(PathOf("MARI28581.nxs"), "data");
        File.SetLastWriteTimeUtc(PathOf("MARI28581.nxs"), DateTime.UtcNow.AddMinutes(-1));
        File.WriteAllText(PathOf("settings.toml"), $"""
            [reduction]
            python = ["/usr/bin/python3"]
            python_path = []
            software = []
            scripts_directory = "{_root}/scripts/{"{instrument}"}"
            [reduction.instruments.MARI]
            script_timeout_seconds = 1000
            """);
    }

    [TestCase("open(output_dir + 'out.txt', 'w').write('x')", 0, "Complete\n")]
    [TestCase("raise ValueError('no monitors')", 1, "Error: REDUCTION Error: ValueError: no monitors\n")]
    [TestCase("raise RuntimeError('Skip: event mode')", 5, "Skipped: Reduction Skipped: Skip: event mode\n")]
    [CancelAfter(60_000)]
    public async Task The_exit_code_and_the_last_words_tell_the_outcome(string statement, int expected, string said, CancellationToken token)
    {
        Script($"def main(input_file, output_dir):\n    {statement}\n");

        var (code, output, _) = await TryAsync(token, "--script", PathOf("reduce.py"), "--output", Output);

        Assert.That(code, Is.EqualTo(expected), output);
        Assert.That(output, Does.Contain(said).And.Contain($"files in {Output}/").And.Contain("reduction_log/RB_1_Run_28581_Script.out"));
        Assert.That(File.Exists(Path.Combine(Output, "out.txt")), Is.EqualTo(expected == 0));
        Assert.That(Directory.GetFileSystemEntries(PathOf("tmp")), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task What_the_script_prints_comes_live_to_where_it_was_printed(CancellationToken token)
    {
        Script("""
            import os, sys, time
            def main(input_file, output_dir):
                print("to stdout")
                os.write(2, b"to stderr\n")
                while not os.path.exists(sys.argv[0] + ".go"):
                    time.sleep(0.01)
            """);
        using var program = Start("--script", PathOf("reduce.py"), "--output", Output);

        Assert.That(await program.StandardOutput.ReadLineAsync(token), Is.EqualTo("to stdout"));
        Assert.That(await program.StandardError.ReadLineAsync(token), Is.EqualTo("to stderr"));
        File.WriteAllText(PathOf("reduce.py.go"), "");
        await program.WaitForExitAsync(token);

        Assert.That(program.ExitCode, Is.Zero);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_traceback_begins_with_the_scripts_own_lines(CancellationToken token)
    {
        Script("def main(input_file, output_dir):\n    return 1 / 0\n");

        var (_, _, error) = await TryAsync(token, "--script", PathOf("reduce.py"), "--output", Output);

        Assert.That(error, Does.StartWith($"Traceback (most recent call last):\n  File \"{PathOf("reduce.py")}\", line 2, in main\n    return 1 / 0\n"));
        Assert.That(error, Does.Not.Contain("reduction_driver"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Variables_are_set_over_those_of_the_file_with_their_types(CancellationToken token)
    {
        Directory.CreateDirectory(PathOf("scripts/MARI"));
        File.WriteAllText(PathOf("scripts/MARI/reduce_vars.py"), "standard_vars = {'ei': 5, 'UB Matrix': None}\nadvanced_vars = {'mask': 'old'}\n");
        File.WriteAllText(PathOf("scripts/MARI/reduce.py"), "import reduce_vars as v\ndef main(input_file, output_dir):\n    print(v.standard_vars, v.advanced_vars, flush=True)\n");

        var (code, output, _) = await TryAsync(token, "--set", "ei=12.5", "--set", "UB Matrix=[[1, 0], [0, 1]]", "--set", "flag=True", "--set", "name=a=b", "--set-advanced", "mask=m.xml", "--output", Output);

        Assert.That(code, Is.Zero, output);
        Assert.That(output, Does.StartWith("{'ei': 12.5, 'UB Matrix': [[1, 0], [0, 1]], 'flag': True, 'name': 'a=b'} {'mask': 'm.xml'}\n"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Without_a_place_for_them_results_stay_in_a_new_directory_that_is_named(CancellationToken token)
    {
        Script("def main(input_file, output_dir):\n    open('out.txt', 'w').write('x')\n");

        var (code, output, _) = await TryAsync(token, "--script", PathOf("reduce.py"));

        var line = output.Split('\n').Single(line => line.StartsWith("files in ", StringComparison.Ordinal));
        Assert.That(code, Is.Zero);
        Assert.That(line["files in ".Length..], Does.StartWith(PathOf("tmp/autoreduction-try-")));
        Assert.That(File.ReadAllText(Path.Combine(line["files in ".Length..], "out.txt")), Is.EqualTo("x"));
        Assert.That(output, Does.Contain("1  out.txt\n"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task The_files_of_this_run_are_listed_and_none_of_others(CancellationToken token)
    {
        Directory.CreateDirectory(Path.Combine(Output, "reduction_log"));
        File.WriteAllText(Path.Combine(Output, "other.txt"), "of another run");
        File.WriteAllText(Path.Combine(Output, "reduction_log/RB_1_Run_28581_Script.out"), "of an earlier run");
        Script("import os\ndef main(input_file, output_dir):\n    open('out.txt', 'w').write('x')\n    os.symlink('out.txt', 'link')\n");

        var (_, output, _) = await TryAsync(token, "--script", PathOf("reduce.py"), "--output", Output);

        var listed = output.Split('\n').SkipWhile(line => !line.StartsWith("files in ", StringComparison.Ordinal)).Skip(1);
        Assert.That(listed.Where(line => line.Length > 0).Select(line => line[16..]), Is.EqualTo(new[]
        {
            "link", "out.txt", "reduction_log/RB_1_Run_28581_Mantid.log", "reduction_log/RB_1_Run_28581_Script.out.2",
            "reduction_log/RB_1_Run_28581_reduce.py", "reduction_log/RB_1_Run_28581_reduction.json",
        }));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Settings_that_are_the_daemons_do_not_hold_for_an_author(CancellationToken token)
    {
        File.AppendAllText(PathOf("settings.toml"), $"\n[reduction.instruments.MERLIN]\nstorage_mount_point = \"{_root}/not-mounted\"\nscript_user = \"daemon\"\n");
        File.Copy(PathOf("MARI28581.nxs"), PathOf("MERLIN1.nxs"));
        Script("import os\ndef main(input_file, output_dir):\n    os.mkdir('d')\n    open('d/a', 'w').write('x')\n    os.symlink('d', 'l')\n");

        var (code, output, error) = await EndAsync(StartProgram(["--instrument", "MERLIN", "--data", PathOf("MERLIN1.nxs"), "--script", PathOf("reduce.py"), "--output", Output, "--config", PathOf("settings.toml")]), token);

        Assert.That(code, Is.Zero, output + error);
        Assert.That(output, Does.Contain("Complete\n").And.Contain("d/a\n").And.Contain("  l\n"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_run_that_there_is_no_room_for_is_no_error_of_its_script(CancellationToken token)
    {
        File.AppendAllText(PathOf("settings.toml"), "\nmin_free_space = \"8000000GiB\"\n");
        Script("raise ValueError('not to be run')\n");

        var (code, output, error) = await TryAsync(token, "--script", PathOf("reduce.py"), "--output", Output);

        Assert.That(code, Is.EqualTo(75), output);
        Assert.That(error, Does.StartWith("can't be run here now: only ").And.Contain("min_free_space"));
        Assert.That(Directory.GetFileSystemEntries(PathOf("tmp")), Is.Empty);
    }

    [TestCase("--data", "/no/number.nxs", "no run number is in the name number; give it with --run")]
    [TestCase("--set", "novalue", "--set novalue: should be NAME=VALUE")]
    [TestCase("--instrument", "../x", "instrument is \"../x\"")]
    [TestCase("--nonsense", "x", "--nonsense")]
    [CancelAfter(60_000)]
    public async Task Wrong_use_is_told_and_runs_nothing(string option, string value, string said, CancellationToken token)
    {
        string[] arguments = option == "--data" ? ["--instrument", "MARI"] : option == "--instrument" ? ["--data", PathOf("MARI28581.nxs")] : ["--instrument", "MARI", "--data", PathOf("MARI28581.nxs")];

        var (code, output, error) = await EndAsync(StartProgram([.. arguments, option, value, "--config", PathOf("settings.toml")]), token);

        Assert.That(code, Is.EqualTo(2), output + error);
        Assert.That(error, Does.Contain(said));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_person_who_interrupts_it_leaves_nothing_behind(CancellationToken token)
    {
        Script("import time\ndef main(input_file, output_dir):\n    print('ready', flush=True)\n    time.sleep(600)\n");
        using var program = Start("--script", PathOf("reduce.py"), "--output", Output);
        await program.StandardOutput.ReadLineAsync(token);

        using (var itself = PidFd.TryOpen(program.Id)!)
        {
            itself.TrySendSignal(Signals.SIGINT);
        }

        await program.WaitForExitAsync(token);
        Assert.That(program.ExitCode, Is.EqualTo(130));
        Assert.That(Directory.Exists(Output), Is.False);
        Assert.That(Directory.GetFileSystemEntries(PathOf("tmp")), Is.Empty);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string PathOf(string name) => Path.Combine(_root, name);

    private void Script(string text) => File.WriteAllText(PathOf("reduce.py"), text);

    private Task<(int Code, string Output, string Error)> TryAsync(CancellationToken token, params string[] arguments) => EndAsync(Start(arguments), token);

    private Process Start(params string[] arguments) =>
        StartProgram(["--config", PathOf("settings.toml"), "--instrument", "Mari", "--data", PathOf("MARI28581.nxs"), .. arguments]);

    // A shell starts what runs in the background with SIGINT ignored: a test that is run so must not pass that on.
    private Process StartProgram(string[] arguments) => Process.Start(
        new ProcessStartInfo("/usr/bin/env", ["--default-signal", Path.Combine(AppContext.BaseDirectory, "post-process-admin"), "try", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["TMPDIR"] = PathOf("tmp") },
        })!;

    private static async Task<(int Code, string Output, string Error)> EndAsync(Process program, CancellationToken token)
    {
        using (program)
        {
            var output = program.StandardOutput.ReadToEndAsync(token);
            var error = program.StandardError.ReadToEndAsync(token);
            await program.WaitForExitAsync(token);
            return (program.ExitCode, await output, await error);
        }
    }
}
