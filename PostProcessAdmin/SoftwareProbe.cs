using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>
/// Finds the version of the reduction software. Importing it can take seconds, so the answer is remembered while
/// interpreter and paths stay as they are: a run asks once a day, and after it was announced.
/// </summary>
/// <param name="settings">The interpreter, and the software's modules.</param>
/// <param name="directory">Where answers are remembered; null: nowhere.</param>
/// <param name="instrument">Whose answer it is: each instrument may have an interpreter of its own.</param>
internal sealed class SoftwareProbe(ReductionSettings settings, string? directory, string instrument)
{
    private const string Code = """
        import importlib, sys
        for name in sys.argv[2:]:
            try:
                module = importlib.import_module(name)
            except ImportError:
                continue
            with open(sys.argv[1], "w") as file:
                file.write(str(getattr(module, "__version__", "")))
            break
        """;

    private const int MaxBytes = 1000;
    private const int MaxRememberedBytes = 100_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Validity = TimeSpan.FromDays(1);

    // What was not there may be installed at any time.
    private static readonly TimeSpan ValidityOfNothing = TimeSpan.FromHours(1);

    /// <summary>A child of this process that has nothing to do with it; null: there is none.</summary>
    public int? Bystander { get; init; }

    /// <summary>The version, or null where it can't be told. A failure is logged.</summary>
    /// <exception cref="OperationCanceledException">Interrupted.</exception>
    public async Task<string?> FindAsync(Interpreter interpreter, IReadOnlyDictionary<string, string> environment, PrivateDirectory work, CancellationToken interrupted)
    {
        if (settings.Software.Count == 0)
        {
            return null;
        }

        try
        {
            if (directory is not null && TryRecall(Remembered(directory), Question(), out var known))
            {
                return known;
            }

            var version = await AskAsync(interpreter, environment, work, interrupted);
            Log.Software(settings.Software[0], version);
            if (directory is not null)
            {
                // With the question of now: asking may have left compiled files in the paths.
                Directory.CreateDirectory(directory);
                var answer = new JsonObject { ["question"] = Question(), ["version"] = version };
                DurableFile.Write(Remembered(directory), Encoding.UTF8.GetBytes(answer.ToJsonString()), FileBits.OwnerOnly);
            }

            return version;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or RunFailedException)
        {
            Log.SoftwareUnknown(e.Message);
            return null;
        }
    }

    private async Task<string?> AskAsync(Interpreter interpreter, IReadOnlyDictionary<string, string> environment, PrivateDirectory work, CancellationToken interrupted)
    {
        var answer = Path.Combine(work.Answers, "software.txt");
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var reaper = new ChildReaper(new ChildReaperOptions(), _ => ended.TrySetResult(), (_, _) => { });
        using var child = interpreter.Start(reaper, ["-c", Code, answer, .. settings.Software], environment, work.Output, []);
        try
        {
            await ended.Task.WaitAsync(Limit, interrupted);
        }
        catch (TimeoutException)
        {
            Log.SoftwareUnknown($"it was not imported within {Limit.TotalSeconds:0} s");
        }
        finally
        {
            await new ProcessTree(() => [.. ProcessSearch.DescendantsOf(Environment.ProcessId).Where(pid => pid != Bystander)]).EndAsync(TimeSpan.Zero, TimeSpan.FromSeconds(10));
        }

        return DurableFile.TryRead(answer, MaxBytes) is { Length: > 0 } version ? Encoding.UTF8.GetString(version).Trim() : null;
    }

    private static bool TryRecall(string path, string question, out string? version)
    {
        version = null;
        try
        {
            if (DurableFile.TryRead(path, MaxRememberedBytes) is not { } content || JsonNode.Parse(content) is not JsonObject answer
                || (string?)answer["question"] != question)
            {
                return false;
            }

            version = (string?)answer["version"];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            Log.SoftwareUnknown($"{path} is not what was remembered: {e.Message}");
            return false;
        }

        var age = DateTime.UtcNow - File.GetLastWriteTimeUtc(path);
        return age < (version is null ? ValidityOfNothing : Validity);
    }

    private string Remembered(string folder) => Path.Combine(folder, $"{instrument}.json");

    // An update shows in the times of the interpreter, of the folder that it is in (as of a conda environment), and of the paths.
    private string Question()
    {
        var python = File.ResolveLinkTarget(settings.Python[0], returnFinalTarget: true)?.FullName ?? settings.Python[0];
        var times = settings.PythonPath.Append(python).Append(Path.GetDirectoryName(python)!).Select(path => $"{File.GetLastWriteTimeUtc(path).Ticks}");
        return string.Join('\n', settings.Python.Concat(settings.PythonPath).Concat(settings.Software).Concat(times));
    }
}
