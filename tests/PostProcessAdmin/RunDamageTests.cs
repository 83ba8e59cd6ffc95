using NUnit.Framework;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>Scripts that leave their surroundings damaged and succeed all the same, twice in a row.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunDamageTests : IAsyncDisposable
{
    private readonly RecordingBroker _broker = new();
    private readonly PostProcessAdminRunner _run;

    public RunDamageTests() => _run = new PostProcessAdminRunner(_broker.Uri);

    [TestCase("sys.stdout.close(); sys.stderr.close()", "")]
    [TestCase("print('before', flush=True); os.close(1); os.close(2)", "before\n")]
    [TestCase("os.chdir('/'); os.umask(0o777)", "")]
    [TestCase("if os.fork() == 0: return", "")]
    [TestCase("os.fork() or time.sleep(600)", "")]
    [TestCase("sys.modules['json'] = None; json.dumps = json.JSONEncoder.encode = None", "")]
    [TestCase("assert 'ppa-test-' in os.environ['HOME']; shutil.rmtree(os.environ['HOME']); shutil.rmtree(os.environ['TMPDIR']); os.environ.clear()", "")]
    [TestCase("threading.Thread(target=time.sleep, args=(600,), daemon=True).start(); subprocess.Popen(['sleep', '600'])", "")]
    [TestCase("threading.Thread(target=lambda: (time.sleep(0.2), print('late'))).start()", "late\n")]
    [TestCase("os.write(1, b'raw\\n'); libc = ctypes.CDLL(None); libc.puts(b'from C'); libc.fflush(None)", "raw\nfrom C\n")]
    [TestCase("exec('def f(): f()\\ntry: f()\\nexcept RecursionError: print(1)', {})", "1\n")]
    [CancelAfter(60_000)]
    public async Task It_is_complete_and_its_results_are_stored(string damage, string printed, CancellationToken token)
    {
        _run.Reduction = _run.Reduction with { Software = [] };
        _run.Script = $"""
            import ctypes, json, os, shutil, subprocess, sys, threading, time
            def main(input_file, output_dir):
                {damage}
                with open(output_dir + "out.txt", "w") as file:
                    file.write("result")
            """;
        for (var version = 0; version < 2; version++)
        {
            var code = await _run.RunAsync(token);

            Assert.That(code, Is.Zero, _run.AdminLog);
            Assert.That((await _broker.NextAsync(token)).Destination, Is.EqualTo("/queue/ReductionStarted"));
            var (destination, body, _) = await _broker.NextAsync(token);
            Assert.That(destination, Is.EqualTo("/queue/ReductionComplete"), body["message"]?.ToString());
            Assert.That(body["reduction_log"]!.GetValue<string>(), Is.EqualTo(printed));
            var folder = Path.Combine(_run.RunFolder, $"run-version-{version}");
            Assert.That(body["reduction_data"]!.ToJsonString(), Is.EqualTo($"[\"{folder}/\"]"));
            Assert.That(File.ReadAllText(Path.Combine(folder, "out.txt")), Is.EqualTo("result"));
            Assert.That(File.ReadAllText(Path.Combine(folder, "reduction_log/RB_1810001_Run_3701_Script.out")), Is.EqualTo(printed));
            Assert.That(Directory.GetFileSystemEntries(_run.Temporary), Is.Empty);
            Array.ForEach(Directory.GetFiles(_run.Files.Directory), File.Delete);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        await _broker.DisposeAsync();
    }
}
