using System.Text;
using Autoreduction.Contract;

namespace Autoreduction.PostProcessAdmin;

/// <summary>The script of a run: its text from the message, or a file.</summary>
/// <param name="Path">The file, which is also what the script sees as its own place.</param>
/// <param name="Text">The message's text, in place of the file; null: the file is run.</param>
internal sealed record ReductionScript(string Path, string? Text)
{
    private const string Remedy = "Put the instrument's reduce.py there, or send the script in the message";

    /// <summary>Where modules and <c>reduce_vars.py</c> of the script are.</summary>
    public string Directory => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>The script that the settings and the message choose.</summary>
    public static ReductionScript Of(RunRequest run, ReductionSettings settings) => new(
        System.IO.Path.Combine(PathTemplate.Expand(settings.ScriptsDirectory, ("instrument", run.InstrumentFolder)), "reduce.py"),
        settings.ScriptSource == ScriptSource.Message ? run.Script : null);

    /// <summary>Puts the script at <paramref name="target"/>, unchanged.</summary>
    /// <exception cref="RunFailedException">There is none; names the file that was looked for.</exception>
    public void CopyTo(string target)
    {
        if (Text is not null)
        {
            File.WriteAllText(target, Text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            Log.Script("from the message", Text.Length);
            return;
        }

        try
        {
            // Its content alone: the permissions of an archive are not those of this directory.
            using var source = File.OpenRead(Path);
            using var copy = File.Create(target);
            source.CopyTo(copy);
            Log.Script(Path, (int)copy.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException($"No reduction script: {Path} was looked for, but {Why(e)}.", e);
        }
    }

    private string Why(Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => $"there is no such file. {Remedy}",
        _ when System.IO.Directory.Exists(Path) => $"it is a directory. {Remedy}",
        UnauthorizedAccessException => $"{Environment.UserName} may not read it. Give that user the right to read it and to enter its directories",
        _ => failure.Message.TrimEnd('.'),
    };
}
