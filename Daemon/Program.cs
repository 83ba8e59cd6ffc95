using System.CommandLine;
using System.Reflection;
using Autoreduction.Contract;
using Autoreduction.Posix;
using Mono.Unix.Native;
using NLog;

namespace Autoreduction.Daemon;

/// <summary>The daemon: receives runs, starts a post-process-admin for each, and acknowledges what was reported.</summary>
internal static class Program
{
    /// <summary>The program's version.</summary>
    public static string Version { get; } =
        typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    public static Task<int> Main(string[] args)
    {
        MonoHelper.TakeFromBesideProgram();

        // First of all: who starts this without ctl may give the passcode in the environment.
        ProcessAttributes.ForbidDumping();
        _ = SettingsEnvironment.Current;
        OwnEnvironment.Erase(SettingsFile.PasswordVariable);
        var config = new Option<string?>("--config") { Description = $"Settings file; default ${SettingsFile.PathVariable}, else {SettingsFile.DefaultPath}" };
        var ready = new Option<bool>("--ready-descriptor") { Description = "Say on descriptor 3 when it is up, or why not", Hidden = true };
        var password = new Option<bool>(BrokerPassword.DescriptorOption) { Description = "Read the broker's password from descriptor 4", Hidden = true };
        var root = new RootCommand("Receives runs and has them reduced. Start it with autoreduction-ctl.") { config, ready, password };
        root.SetAction((parsed, _) => RunAsync(parsed.GetValue(config), parsed.GetValue(ready), parsed.GetValue(password)));

        // Signals are the daemon's own affair: by default the process is ended 2 s after the first SIGTERM.
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static async Task<int> RunAsync(string? config, bool tellStarter, bool takePassword)
    {
        var environment = EnvironmentOf(takePassword);
        using var readiness = tellStarter ? ReadinessPipe.Take() : null;
        var path = SettingsFile.Find(config, environment);
        try
        {
            var settings = SettingsFile.Load(path, environment, DaemonProcess.Check);
            return await new DaemonProcess(settings, path, environment).RunAsync(readiness);
        }
        catch (SettingsException e)
        {
            return Fail(readiness, e.Message, ExitCodes.BadSettings);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or PosixException { Errno: Errno.EACCES or Errno.EPERM })
        {
            return Fail(readiness, e.Message, ExitCodes.NoPermission);
        }
        catch (Exception e) when (e is IOException or StartException)
        {
            return Fail(readiness, e.Message, ExitCodes.Failed);
        }
        finally
        {
            LogManager.Shutdown();
        }
    }

    // With what the starter kept out of it.
    private static IReadOnlyDictionary<string, string> EnvironmentOf(bool takePassword)
    {
        if (!takePassword)
        {
            return SettingsEnvironment.Current;
        }

        using var pipe = SecretPipe.Take();
        return new Dictionary<string, string>(SettingsEnvironment.Current) { [SettingsFile.PasswordVariable] = pipe.Read() };
    }

    private static int Fail(ReadinessPipe? readiness, string reason, int code)
    {
        readiness?.Failed($"{code} {reason}");
        Console.Error.WriteLine(reason);
        return code;
    }
}
