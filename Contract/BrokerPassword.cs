namespace Autoreduction.Contract;

/// <summary>Finds the broker's passcode.</summary>
public static class BrokerPassword
{
    /// <summary>The daemon's option that says: it gets through a descriptor what the environment of its starter gave.</summary>
    public const string DescriptorOption = "--password-descriptor";

    /// <summary>The passcode of the environment, else the first line of the password file, else null. An empty one is none.</summary>
    /// <exception cref="IOException">The password file can't be read.</exception>
    public static string? Of(BrokerSettings broker, string? fromEnvironment) =>
        NotEmpty(fromEnvironment ?? FirstLine(broker.PasswordFile));

    /// <summary>The password of the broker's management interface, or null.</summary>
    /// <exception cref="IOException">Its file can't be read.</exception>
    public static string? OfManagement(BrokerSettings broker) => NotEmpty(FirstLine(broker.ManagementPasswordFile));

    private static string? FirstLine(string path) => path.Length > 0 ? File.ReadLines(path).FirstOrDefault() : null;

    private static string? NotEmpty(string? password) => password is { Length: > 0 } ? password : null;
}
