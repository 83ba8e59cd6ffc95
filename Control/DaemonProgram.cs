using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Control;

/// <summary>The daemon as a program: where it is, and what it gets.</summary>
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

    /// <summary>The broker's passcode, where the environment gave it: to be handed on by descriptor. Null: it didn't.</summary>
    /// <exception cref="IOException">It is too long.</exception>
    public static SecretPipe? Password =>
        SettingsEnvironment.Current.TryGetValue(SettingsFile.PasswordVariable, out var password) ? SecretPipe.Of(password) : null;

    /// <summary>Its arguments.</summary>
    public static IReadOnlyList<string> Arguments(string settingsPath, SecretPipe? password) =>
        password is null ? ["--config", settingsPath] : ["--config", settingsPath, BrokerPassword.DescriptorOption];

    /// <summary>Its environment: nothing by accident of who started it, and no passcode.</summary>
    public static IReadOnlyDictionary<string, string> Environment => SettingsEnvironment.Current
        .Where(pair => pair.Key.StartsWith("AUTOREDUCTION", StringComparison.Ordinal) && pair.Key != SettingsFile.PasswordVariable)
        .Concat(SettingsEnvironment.PassedOn(SettingsEnvironment.Current))
        .ToDictionary();

    /// <summary>Its environment in the foreground, where it takes this program's place under a service manager.</summary>
    public static IReadOnlyDictionary<string, string> ForegroundEnvironment => Environment
        .Concat(SettingsEnvironment.Current.Where(pair => OfServiceManager.Contains(pair.Key)))
        .ToDictionary();
}
