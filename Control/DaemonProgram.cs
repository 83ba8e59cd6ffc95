using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary>The daemon as a program: where it is, and the environment that it gets.</summary>
internal static class DaemonProgram
{
    /// <summary>The program, beside this one.</summary>
    /// <exception cref="ControlException">It is missing.</exception>
    public static string Path
    {
        get
        {
            var path = System.IO.Path.Combine(AppContext.BaseDirectory, "autoreduction-processor");
            return File.Exists(path) ? path : throw new ControlException($"{path} is missing: it belongs beside autoreduction-ctl");
        }
    }

    /// <summary>Its environment: nothing by accident of who started it.</summary>
    public static IReadOnlyDictionary<string, string> Environment => SettingsEnvironment.Current
        .Where(pair => pair.Key.StartsWith("AUTOREDUCTION", StringComparison.Ordinal))
        .Concat(SettingsEnvironment.PassedOn(SettingsEnvironment.Current))
        .ToDictionary();
}
