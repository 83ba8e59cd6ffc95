namespace Autoreduction.Contract;

/// <summary>Finds the broker's passcode.</summary>
public static class BrokerPassword
{
    /// <summary>The daemon's option that says: it gets through a descriptor what the environment of its starter gave.</summary>
    public const string DescriptorOption = "--password-descriptor";

    /// <summary>The passcode of the environment, else the first line of the password file, else null. An empty one is none.</summary>
    /// <exception cref="IOException">The password file can't be read.</exception>
    public static string? Of(BrokerSettings broker, string? fromEnvironment) =>
        (fromEnvironment ?? (broker.PasswordFile.Length > 0 ? File.ReadLines(broker.PasswordFile).FirstOrDefault() : null)) is { Length: > 0 } passcode
            ? passcode
            : null;
}
