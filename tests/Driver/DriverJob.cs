using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Autoreduction.Tests.Driver;

/// <summary>A private job directory, and the driver started in it as post-process-admin starts it.</summary>
internal sealed class DriverJob : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string _python;
    private readonly string _root = Directory.CreateTempSubdirectory("driver-test-").FullName;

    public DriverJob(string python)
    {
        _python = python;
        Directory.CreateDirectory(OutputDirectory);
        Directory.CreateDirectory(JobDirectory);
        File.Copy(DriverSource(), PathOf("job/reduction_driver.py"));
        Request = new JsonObject
        {
            ["script"] = PathOf("reduce.py"),
            ["reduce_vars"] = PathOf("reduce_vars.py"),
            ["standard_vars"] = null,
            ["advanced_vars"] = null,
            ["input_file"] = "/data/MARI00028581.nxs",
            ["output_dir"] = OutputDirectory,
            ["run_numbers"] = new JsonArray(28581),
            ["script_directories"] = new JsonArray(),
            ["result"] = PathOf("job/result.json"),
        };
    }

    public JsonObject Request { get; }

    public Dictionary<string, string> Environment { get; } = new() { ["PYTHONDONTWRITEBYTECODE"] = "1" };

    public string OutputDirectory => PathOf("output") + "/";

    public string JobDirectory => PathOf("job");

    public string PathOf(string name) => Path.Combine(_root, name);

    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllBytes(PathOf(name), content);
        return PathOf(name);
    }

    /// <summary>A log while the job still runs.</summary>
    public string ReadLog(string name) => File.Exists(PathOf(name)) ? File.ReadAllText(PathOf(name)) : "";

    public Task<DriverOutcome> RunAsync(string script, params string[] pythonArguments)
    {
        Write("reduce.py", script);
        return RunAsync(pythonArguments);
    }

    public Task<DriverOutcome> RunAsync(params string[] pythonArguments) =>
        StartAsync("", [.. pythonArguments, PathOf("job/reduction_driver.py"), PathOf("job/request.json")]);

    /// <summary>The driver as it is started before there is a run, and what it is told then; nothing: whoever would have told it died.</summary>
    public Task<DriverOutcome> RunWaitingAsync(string script, string order, string room)
    {
        Write("reduce.py", script);
        Write("job/order", order);
        Environment["ROOM"] = room;
        return StartAsync("4<../job/order 5<../job", ["/dev/fd/5/reduction_driver.py", "--wait", room]);
    }

    private async Task<DriverOutcome> StartAsync(string descriptors, string[] arguments)
    {
        Write("job/request.json", Request.ToJsonString());
        // A pipe would not do: the logs are files on descriptors 1 and 2.
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", $"exec \"$@\" </dev/null >>../stdout.log 2>>../stderr.log {descriptors}", "sh", _python },
            WorkingDirectory = OutputDirectory,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"the driver still ran after {Deadline}: {ReadLog("stderr.log")}");
        }

        var result = PathOf("job/result.json");
        var json = File.Exists(result) ? JsonNode.Parse(await File.ReadAllBytesAsync(result)) : null;
        return new DriverOutcome(process.ExitCode, json, ReadLog("stdout.log"), ReadLog("stderr.log"));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static string DriverSource([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../../PostProcessAdmin/Driver/reduction_driver.py");
}
