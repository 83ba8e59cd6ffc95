using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary>The broker's passcode, for a verb that talks to the broker itself.</summary>
internal static class Passcode
{
    private const string Key = "broker.password_file";

    /// <summary>Finds it; null: there is none.</summary>
    /// <exception cref="SettingsException">Its file can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Its file is not for this user.</exception>
    public static string? Of(Settings settings)
    {
        var path = settings.Broker.PasswordFile;
        try
        {
            return BrokerPassword.Of(settings.Broker, settings.BrokerPassword);
        }
        catch (UnauthorizedAccessException) when (!Directory.Exists(path))
        {
            throw new UnauthorizedAccessException(Error(settings, $"{path} may not be read by this user; do this as root or as the daemon's user").ToString());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var why = Directory.Exists(path) ? $"{path} is a directory"
                : e is FileNotFoundException or DirectoryNotFoundException ? $"{path} does not exist"
                : $"can't be read: {e.Message}";
            throw new SettingsException([Error(settings, $"{why}; it should be a file with the password in its first line")]);
        }
    }

    private static SettingsError Error(Settings settings, string problem) => new(settings.WhereOf(Key), Key, problem);
}
