using System.Text;
using Autoreduction.Contract;

namespace Autoreduction.Tests.PostProcessAdmin;

/// <summary>Archive, scripts and storage laid out as at a facility, below the directory of a run.</summary>
internal sealed class FacilityFolders
{
    private readonly PostProcessAdminRunner _run;

    public FacilityFolders(PostProcessAdminRunner run)
    {
        _run = run;
        run.Reduction = run.Reduction with
        {
            ScriptsDirectory = run.PathOf("isis/NDX{instrument}/user/scripts/autoreduction/"),
            ResultsDirectory = run.PathOf("instrument/{instrument}/RBNumber/RB{rb_number}/autoreduced/{run_number}"),
            PathMap = [new(@"\\isis\inst$\", run.PathOf("isis/")), new(@"\\autoreduce\data\", run.PathOf("autoreducetmp/data/"))],
        };
    }

    /// <summary>Where the results of an instrument go.</summary>
    public string Autoreduced(string instrument) => _run.PathOf($"instrument/{instrument}/RBNumber/RB1810001/autoreduced");

    /// <summary>Puts a file into an instrument's scripts directory as Windows editors save it: a BOM, and CR LF.</summary>
    public string WindowsScript(string instrument, string name, string text) =>
        Script(instrument, name, [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text.Replace("\n", "\r\n"))]);

    /// <summary>Puts a file of latin-1 into an instrument's scripts directory.</summary>
    public string OldScript(string instrument, string name, string text) => Script(instrument, name, Encoding.Latin1.GetBytes(text));

    /// <summary>Puts a data file into the archive, long ago.</summary>
    public string Data(string path, string text)
    {
        var file = _run.Write(path, text);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-1));
        return file;
    }

    /// <summary>Asks for a run of an instrument; the script is its own, by the message or by the archive.</summary>
    public void Ask(string instrument, long run, string data, ScriptSource source)
    {
        var script = Path.Combine(Folder(instrument), "reduce.py");
        _run.Message["instrument"] = instrument;
        _run.Message["run_number"] = run;
        _run.Message["data"] = data;
        _run.Message["reduction_script"] = source == ScriptSource.Message ? Encoding.UTF8.GetString(File.ReadAllBytes(script)) : "raise ValueError('not this one')";
        _run.Reduction = _run.Reduction with { ScriptSource = source };
    }

    private string Script(string instrument, string name, byte[] content)
    {
        var path = Path.Combine(Folder(instrument), name);
        Directory.CreateDirectory(Folder(instrument));
        File.WriteAllBytes(path, content);
        return path;
    }

    private string Folder(string instrument) => _run.PathOf($"isis/NDX{instrument}/user/scripts/autoreduction");
}
