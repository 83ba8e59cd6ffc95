using System.CommandLine;
using System.CommandLine.Parsing;
using Autoreduction.Contract;
using Autoreduction.Posix;
using Autoreduction.Stomp;

namespace Autoreduction.Control;

/// <summary>autoreduction-ctl: what people and scripts call.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        MonoHelper.TakeFromBesideProgram();

        // What waits, as pid 1 of a container does, shows no passcode in /proc.
        ProcessAttributes.ForbidDumping();
        _ = SettingsEnvironment.Current;
        OwnEnvironment.Erase(SettingsFile.PasswordVariable);
        if (args is [Stage1.Verb, ..])
        {
            return Stage1.Run(args[1..]);
        }

        var config = new Option<string?>("--config")
        {
            Description = $"Settings file; default ${SettingsFile.PathVariable}, else {SettingsFile.DefaultPath}",
            Recursive = true,
        };
        var root = new RootCommand("Starts, stops and watches the autoreduction daemon.") { config };
        foreach (var verb in Verbs.All(config))
        {
            root.Add(verb);
        }

        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0)
        {
            // No handling of signals by the library: Ctrl-C ends a wait at once, and a foreground init hands signals on.
            return parsed.Invoke(new() { ProcessTerminationTimeout = null });
        }

        if (parsed.CommandResult.Command.Name == Verbs.CheckName)
        {
            var result = CheckResult.Unknown(string.Join("; ", parsed.Errors.Select(WordsOf)));
            Console.WriteLine(result.Line);
            return result.Code;
        }

        var word = parsed.UnmatchedTokens.FirstOrDefault(token => !token.StartsWith('-'));
        var isKnownVerb = parsed.CommandResult.Command != root;
        var isUnknownVerb = !isKnownVerb && word is not null;
        Console.Error.WriteLine(isUnknownVerb ? $"Unknown command: {word}" : string.Join(Environment.NewLine, parsed.Errors.Select(WordsOf)));
        Console.Error.WriteLine(isKnownVerb
            ? HelpOf(parsed.CommandResult.Command.Name)
            : $"Usage: autoreduction-ctl [--config FILE] {string.Join('|', root.Subcommands.Select(verb => verb.Name))}{Environment.NewLine}See autoreduction-ctl --help");
        return ExitCodes.Usage;
    }

    private static string HelpOf(string verb) => $"See autoreduction-ctl {verb} --help";

    // The library goes on to name a type of .NET.
    private static string WordsOf(ParseError error) => error.Message.Split(" as expected type ")[0];

    // Root looks at directories that belong to the daemon's own user, who looks again when it starts.
    private static SettingsCheck Check { get; } = new(
        directory => FileSystem.WhyUnsafe(directory, anyOwner: Environment.IsPrivilegedProcess), uri => BrokerUri.Parse(uri),
        name => UserAccount.Find(name) is not null);

    /// <summary>Runs a verb with the settings; turns what goes wrong into words and an exit code.</summary>
    /// <param name="config">The option --config.</param>
    /// <param name="name">The verb's name.</param>
    /// <param name="verb">The verb, with the settings and their path.</param>
    public static async Task<int> RunAsync(string? config, string name, Func<Settings, string, Task<int>> verb)
    {
        var path = SettingsFile.Find(config, SettingsEnvironment.Current);
        if (path.Length == 0)
        {
            return Fail(name, "--config names no file", ExitCodes.Usage);
        }

        path = Path.GetFullPath(path);
        try
        {
            return await verb(Load(path, name), path);
        }
        catch (Exception e) when (name == Verbs.CheckName)
        {
            return Fail(name, e.Message, ExitCodes.Failed);
        }
        catch (SettingsException e)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCodes.BadSettings;
        }
        catch (UsageException e)
        {
            Console.Error.WriteLine($"{e.Message}{Environment.NewLine}{HelpOf(name)}");
            return ExitCodes.Usage;
        }
        catch (FormatException e)
        {
            // What only the verbs look at that need it.
            Console.Error.WriteLine($"{path}: broker.uri: {e.Message}");
            return ExitCodes.BadSettings;
        }
        catch (PosixException e)
        {
            Console.Error.WriteLine(e.Message);
            return e.Errno is Mono.Unix.Native.Errno.EACCES or Mono.Unix.Native.Errno.EPERM ? ExitCodes.NoPermission : ExitCodes.Failed;
        }
        catch (UnauthorizedAccessException e)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCodes.NoPermission;
        }
        catch (Exception e) when (e is IOException or ControlException)
        {
            return Fail(name, e.Message, ExitCodes.Failed);
        }
    }

    // As the verb's own readers understand it: of a plugin's codes none but "unknown" fits, and of the status's own.
    private static int Fail(string name, string reason, int code)
    {
        if (name == Verbs.CheckName)
        {
            var result = CheckResult.Unknown(reason);
            Console.WriteLine(result.Line);
            return result.Code;
        }

        Console.Error.WriteLine(reason);
        return name == Verbs.StatusName && code == ExitCodes.Failed ? StatusVerb.Unknown : code;
    }

    // Those that make a daemon need all to be good, and to fit to this machine. A daemon that runs has read its settings:
    // a mistake that was made since doesn't keep anybody from asking or stopping it.
    private static Settings Load(string path, string name)
    {
        try
        {
            return SettingsFile.Load(path, SettingsEnvironment.Current, name is "start" or "restart" or "check-config" ? Check : null);
        }
        catch (SettingsException e) when (e.ForAsking is not null && name is "status" or "jobs" or "logs" or "stop" or "cancel" or Verbs.CheckName)
        {
            Console.Error.WriteLine(e.Message);
            return e.ForAsking!;
        }
    }
}
