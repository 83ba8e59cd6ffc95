using System.Text;
using Autoreduction.Contract;

namespace Autoreduction.PostProcessAdmin;

/// <summary>Finds the script of a run and puts it into the private directory, unchanged.</summary>
internal static class ScriptFinder
{
    /// <summary>The instrument's scripts directory.</summary>
    public static string DirectoryOf(RunRequest run, ReductionSettings settings) =>
        PathTemplate.Expand(settings.ScriptsDirectory, ("instrument", run.InstrumentFolder));

    /// <summary>Puts the script at <paramref name="target"/>.</summary>
    /// <exception cref="RunFailedException">There is none; names the file that was looked for.</exception>
    public static void Fetch(RunRequest run, ReductionSettings settings, string target)
    {
        if (settings.ScriptSource == ScriptSource.Message && run.Script is { } text)
        {
            File.WriteAllText(target, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            Log.Script("from the message", text.Length);
            return;
        }

        var path = Path.Combine(DirectoryOf(run, settings), "reduce.py");
        try
        {
            File.Copy(path, target);
            Log.Script(path, (int)new FileInfo(target).Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var why = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message;
            throw new RunFailedException($"No reduction script: {path} was looked for, but {why}. Put the instrument's reduce.py there, or send the script in the message.", e);
        }
    }
}
