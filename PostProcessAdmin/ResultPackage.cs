using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Puts together what is published of a run: its results, its logs, its script, and what is known of it.</summary>
internal sealed class ResultPackage(JobOrder order, RunRequest run, PrivateDirectory directory, ScriptUser scriptUser)
{
    /// <summary>The folder of logs among the results.</summary>
    public const string LogFolder = "reduction_log";

    /// <summary>What to publish: the script's output of a success, of anything else the logs alone.</summary>
    /// <exception cref="IOException">The private directory can't be read or written.</exception>
    public ResultTree Make(RunOutcome outcome, DateTimeOffset began)
    {
        var tree = new ResultTree(scriptUser);
        if (outcome.Result == JobResult.Complete)
        {
            AddResults(tree, outcome);
        }

        // A script can remove anything of ours.
        Directory.CreateDirectory(directory.Logs);
        tree.AddOurDirectory(LogFolder, directory.Logs);
        if (File.Exists(directory.Script))
        {
            tree.AddOurFile(LogName("reduce.py"), directory.Script);
        }

        var manifest = Path.Combine(directory.Root, "reduction.json");
        File.WriteAllBytes(manifest, ReductionManifest.Of(order, run, outcome, began, tree));
        tree.AddOurFile(LogName("reduction.json"), manifest);
        return tree;
    }

    private void AddResults(ResultTree tree, RunOutcome outcome)
    {
        tree.AddContent(directory.Output, reserved: LogFolder);

        // A top-level script may have left its files elsewhere.
        foreach (var file in outcome.OutputFiles.Distinct())
        {
            AddNamed(tree, file);
        }
    }

    private void AddNamed(ResultTree tree, string file)
    {
        try
        {
            var real = scriptUser.Act(() => FileSystem.Resolve(file));
            scriptUser.Act(() => FileCopy.OpenSource(real)).Dispose();
            if (Directory.Exists(real))
            {
                throw new IOException("it is a directory");
            }

            if (!real.StartsWith(directory.Output + "/", StringComparison.Ordinal))
            {
                tree.AddFile(FreeName(tree, Path.GetFileName(file)), real);
            }
        }
        catch (IOException e)
        {
            Log.LeftOut(file, $"the script named it as output, but {(e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message)}");
        }
    }

    // Two files of one name from different directories are two results.
    private static string FreeName(ResultTree tree, string name)
    {
        var (stem, extension, free) = (Path.GetFileNameWithoutExtension(name), Path.GetExtension(name), name);
        for (var number = 2; tree.Has(free); number++)
        {
            free = $"{stem}.{number}{extension}";
        }

        return free;
    }

    // Runs of an experiment share the folder of a flat instrument: each one's files have its name there.
    private string LogName(string name) => ResultPaths.Of(run, order.Reduction).IsFlat
        ? $"{LogFolder}/RB_{run.RbNumber}_Run_{run.RunLabel}_{name}"
        : $"{LogFolder}/{name}";
}
