using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Autoreduction.Contract;

/// <summary>Compares the settings with the machine: files and users that they name, and who can write to the directories.</summary>
/// <param name="whyUnsafe">Why other users could replace what is in a directory that exists; null where they couldn't.</param>
/// <param name="parseBrokerUri">Throws <see cref="FormatException"/> for what is no broker's URI.</param>
/// <param name="isUser">Whether this machine has a user of that name.</param>
public sealed class SettingsCheck(Func<string, string?> whyUnsafe, Action<string> parseBrokerUri, Func<string, bool> isUser)
{
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Everything that doesn't fit.</summary>
    public SettingsReport Of(Settings settings)
    {
        var findings = new Findings(settings);
        Tell(findings.Error, "broker.uri", WhyNoUri(settings.Broker.Uri));
        Tell(findings.Error, "broker.password_file", settings.BrokerPassword is null ? WhyNoSecret(settings.Broker.PasswordFile) : null);
        Tell(findings.Error, "broker.ca_file", WhyNoAuthorities(settings.Broker.CaFile));
        Tell(findings.Warning, "broker.management_password_file", WhyNoSecret(settings.Broker.ManagementPasswordFile));
        Tell(findings.Error, "daemon.post_process_admin", WhyNoProgram(settings.Daemon.PostProcessAdminPath));
        Tell(findings.Error, "daemon.pid_file", WhyNoDirectory(settings.Daemon.RunDirectory));
        Tell(findings.Error, "daemon.state_directory", WhyNoDirectory(settings.Daemon.StateDirectory));
        Tell(findings.Error, "daemon.log_directory", WhyNoDirectory(settings.Daemon.LogDirectory));
        foreach (var (section, reduction) in SettingsRules.Instruments(settings))
        {
            Tell(findings.Error, $"{section}.temporary_directory", WhyNoDirectory(reduction.TemporaryDirectory));
            Tell(findings.Error, $"{section}.script_user", WhyNoUser(reduction.ScriptUser));
            Tell(findings.Warning, $"{section}.python", WhyNoProgram(reduction.Python[0]));
            Tell(findings.Warning, $"{section}.results_directory", WhyMissing(PathTemplate.FixedPart(reduction.ResultsDirectory)));
            Tell(findings.Warning, $"{section}.scripts_directory",
                reduction.ScriptSource == ScriptSource.Archive ? WhyMissing(PathTemplate.FixedPart(reduction.ScriptsDirectory)) : null);
            Tell(findings.Warning, $"{section}.python_path",
                settings.Origins.ContainsKey($"{section}.python_path") ? reduction.PythonPath.Select(WhyMissing).FirstOrDefault(why => why is not null) : null);
        }

        return findings.Report;
    }

    private static void Tell(Action<string, string> report, string key, string? problem)
    {
        if (problem is not null)
        {
            report(key, problem);
        }
    }

    private string? WhyNoUri(string uri)
    {
        try
        {
            parseBrokerUri(uri);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    // start makes the last component of a path, not more: a mistyped one shall not become a tree.
    private string? WhyNoDirectory(string path) =>
        Path.Exists(path) ? whyUnsafe(path)
        : Path.GetDirectoryName(path) is { } parent && !Directory.Exists(parent) ? $"{path} can't be made: {parent} does not exist"
        : null;

    private string? WhyNoUser(string name) =>
        name.Length == 0 || isUser(name) ? null : $"this machine has no user \"{name}\"; make it (useradd --system {name}), or name another";

    private static string? WhyMissing(string directory) =>
        Directory.Exists(directory) ? null : $"{directory} does not exist on this machine; is its file system mounted?";

    private static string? WhyNoProgram(string path) =>
        !File.Exists(path) ? $"{path} does not exist"
        : (File.GetUnixFileMode(path) & AnyExecute) == 0 ? $"{path} may not be executed by anybody; chmod +x {path}"
        : null;

    private static string? WhyNoSecret(string path) =>
        path.Length == 0 ? null
        : WhyUnreadable(path) is { } why ? why
        : (File.GetUnixFileMode(path) & Others) != 0 ? $"{path} is open to every user of this machine; chmod o-rwx {path}"
        : null;

    private static string? WhyNoAuthorities(string path)
    {
        if (path.Length == 0 || WhyUnreadable(path) is not null)
        {
            return path.Length == 0 ? null : WhyUnreadable(path);
        }

        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(path);
            return certificates.Count > 0 ? null : $"{path} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)";
        }
        catch (CryptographicException e)
        {
            return $"{path} holds a certificate that can't be read: {e.Message}";
        }
    }

    private static string? WhyUnreadable(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"can't be read: {e.Message}";
        }
    }

    private sealed class Findings(Settings settings)
    {
        private readonly List<SettingsError> _errors = [];
        private readonly List<SettingsError> _warnings = [];

        public SettingsReport Report => new(_errors, _warnings);

        public void Error(string key, string problem) => Add(_errors, key, problem);

        public void Warning(string key, string problem) => Add(_warnings, key, problem);

        private void Add(List<SettingsError> list, string key, string problem)
        {
            if (!settings.IsInherited(key))
            {
                list.Add(new(settings.WhereOf(key), key, problem));
            }
        }
    }
}
