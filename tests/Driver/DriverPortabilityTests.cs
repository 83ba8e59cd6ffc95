using System.Diagnostics;
using System.Runtime.CompilerServices;
using NUnit.Framework;

namespace Autoreduction.Tests.Driver;

/// <summary>The driver runs in whatever Python an instrument has.</summary>
public sealed class DriverPortabilityTests
{
    private const string Check = """
        import ast, sys
        tree = ast.parse(open(sys.argv[1], encoding="utf-8").read(), feature_version=(3, 8))
        names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        names |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        print(sorted(name for name in names if name.split(".")[0] not in sys.stdlib_module_names))
        """;

    [Test]
    public void It_has_no_syntax_newer_than_Python_3_8_and_uses_the_standard_library_alone()
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", Check, Driver()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = python.StandardOutput.ReadToEnd();
        var error = python.StandardError.ReadToEnd();
        python.WaitForExit();

        Assert.That(error, Is.Empty);
        Assert.That(output, Is.EqualTo("[]\n"));
    }

    [Test]
    public async Task C_code_that_hangs_at_the_end_is_ended_and_its_place_told_in_every_Python()
    {
        // All at once: most of the time they wait.
        await Task.WhenAll(PythonInterpreters.All.Select(async python =>
        {
            using var job = new DriverJob(python);
            job.Request["exit_wait_seconds"] = 0.1;

            var run = await job.RunAsync("""
                import atexit, ctypes
                c = ctypes.CDLL(None)
                mutex = ctypes.create_string_buffer(64)
                def lock():
                    c.pthread_mutex_lock(mutex)
                lock()
                atexit.register(lock)
                """);

            Assert.That(run.Outcome, Is.EqualTo("complete"), python);
            Assert.That(run.Error, Does.StartWith("Timeout").And.Contain($"File \"{job.PathOf("reduce.py")}\", line 5 in lock"), python);
        }));
    }

    private static string Driver([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../../PostProcessAdmin/Driver/reduction_driver.py");
}
