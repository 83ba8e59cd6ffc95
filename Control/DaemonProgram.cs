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

    // How a service manager talks to a process that it started itself (sd_notify(3), systemd.exec(5)).
    private static readonly string[] OfServiceManager =
        ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "CREDENTIALS_DIRECTORY", "JOURNAL_STREAM", "INVOCATION_ID"];

    /// <summary>Its environment: nothing by accident of who started it.</summary>
    public static IReadOnlyDictionary<string, string> Environment => SettingsEnvironment.Current
        .Where(pair => pair.Key.StartsWith("AUTOREDUCTION", StringComparison.Ordinal))
        .Concat(SettingsEnvironment.PassedOn(SettingsEnvironment.Current))
        .ToDictionary();

    /// <summary>Its environment in the foreground, where it takes this program's place under a service manager.</summary>
    public static IReadOnlyDictionary<string, string> ForegroundEnvironment => Environment
        .Concat(SettingsEnvironment.Current.Where(pair => OfServiceManager.Contains(pair.Key)))
        .ToDictionary();
}
