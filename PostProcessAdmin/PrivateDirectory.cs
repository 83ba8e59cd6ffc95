using System.Reflection;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.PostProcessAdmin;

/// <summary>The directory that a run has to itself while it is reduced.</summary>
internal sealed class PrivateDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode AllMayPass = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private bool _isKept;

    /// <summary>Names it; <see cref="Create"/> makes it.</summary>
    /// <param name="parent">Where it is; through which links one gets there is of no interest to a script, which asks for its working directory.</param>
    /// <param name="name">Its name.</param>
    public PrivateDirectory(string parent, string name) => Root = Path.Combine(FileSystem.Resolve(parent), name);

    public string Root { get; }

    /// <summary>The script's output_dir and working directory.</summary>
    public string Output => Path.Combine(Root, "output");

    public string Home => Path.Combine(Root, "home");

    public string Temporary => Path.Combine(Root, "tmp");

    public string Logs => Path.Combine(Root, "logs");

    public string Driver => Path.Combine(Root, "reduction_driver.py");

    public string Request => Path.Combine(Root, "request.json");

    /// <summary>Where the driver writes.</summary>
    public string Answers => Path.Combine(Root, "result");

    public string Result => Path.Combine(Answers, "result.json");

    /// <summary>There as soon as the interpreter has got to the script, until it becomes <see cref="Result"/>.</summary>
    public string Begun => $"{Result}.tmp";

    public string Script => Path.Combine(Root, "reduce.py");

    /// <summary>A FIFO at which the driver waits until the run is announced.</summary>
    public string Gate => Path.Combine(Root, "gate");

    // Says to people, and to Remove, that the results in here are the only ones.
    private string KeptNote => Path.Combine(Root, JobFiles.KeptNote);

    /// <summary>The file of the script's stdout.</summary>
    public string ScriptLog(RunRequest run) => Path.Combine(Logs, $"RB_{run.RbNumber}_Run_{run.RunLabel}_Script.out");

    /// <summary>The file of the script's stderr, where Mantid's console channel writes.</summary>
    public string MantidLog(RunRequest run) => Path.Combine(Logs, $"RB_{run.RbNumber}_Run_{run.RunLabel}_Mantid.log");

    /// <summary>The text of both logs, capped, for the terminal message.</summary>
    public string LogText(RunRequest run) =>
        CappedText.OfFile(ScriptLog(run), CappedText.MaxBytes / 2) + CappedText.OfFile(MantidLog(run), CappedText.MaxBytes / 2);

    /// <summary>Makes it anew; what an interrupted attempt left is removed.</summary>
    /// <exception cref="IOException">It can't be made, or holds results that were kept.</exception>
    public void Create()
    {
        if (File.Exists(KeptNote))
        {
            throw new IOException($"{Root} holds results that could not be stored ({KeptNote} says why); move it away");
        }

        Remove();
        foreach (var directory in (string[])[Root, Output, Home, Temporary, Logs, Answers])
        {
            Directory.CreateDirectory(directory, OwnerOnly);
        }

        using var driver = Assembly.GetExecutingAssembly().GetManifestResourceStream("reduction_driver.py")!;
        using var file = File.Create(Driver);
        driver.CopyTo(file);
    }

    /// <summary>Makes it out of another one that was made already, with what is in it; false where there is something of its name.</summary>
    /// <exception cref="PosixException">It can't be: it is on another file system.</exception>
    public bool TryMake(PrivateDirectory other) => FileSystem.TryRenameDirectoryNoReplace(other.Root, Root);

    /// <summary>Lets the script's user at what a script uses, and no more.</summary>
    /// <exception cref="RunFailedException">That user can't get here.</exception>
    public void OpenTo(ScriptUser scriptUser)
    {
        if (scriptUser == ScriptUser.Ours)
        {
            return;
        }

        const UnixFileMode readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        File.SetUnixFileMode(Root, AllMayPass);
        foreach (var file in (string[])[Driver, Script, Request, Gate])
        {
            File.SetUnixFileMode(file, readable);
        }

        foreach (var directory in (string[])[Output, Home, Temporary, Answers])
        {
            scriptUser.Own(directory);
        }
    }

    /// <summary>From now on it is not removed.</summary>
    public void Keep(string why)
    {
        _isKept = true;
        Log.Kept(Root);
        try
        {
            File.WriteAllText(KeptNote, why + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk may be full. The reason is told in any case.
            Log.NotWritten(KeptNote, e.Message);
        }
    }

    /// <summary>Removes it, unless it is to be kept. A failure is logged: what the run came to must be told all the same.</summary>
    public void Remove()
    {
        try
        {
            if (!_isKept && Directory.Exists(Root) && !File.Exists(KeptNote))
            {
                FileSystem.DeleteTree(Root);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotRemoved(Root, e.Message);
        }
    }
}
