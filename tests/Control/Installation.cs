using System.Diagnostics;
using System.Text.Json;
using Autoreduction.Contract;
using Autoreduction.Posix;
using Autoreduction.Tests.EndToEnd;
using Mono.Unix.Native;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

/// <summary>The real programs with settings and directories of the test's own; no broker, which a daemon does without.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly string _programs;

    private Installation(string root, string programs) => (Root, _programs) = (root, programs);

    public string Root { get; }

    public string SettingsPath => Path.Combine(Root, "autoreduction.toml");

    public string PidFile => Path.Combine(Root, "run/autoreduction-processor.pid");

    public string LockFile => Path.Combine(Root, "run/daemon.lock");

    /// <summary>The process that holds the daemon's lock.</summary>
    public int Pid => FileLock.OwnerOf(LockFile) ?? throw new InvalidOperationException("no daemon runs");

    public bool IsRunning => FileLock.IsHeld(LockFile);

    /// <param name="brokerPort">Where the broker should be; nobody listens on port 1.</param>
    /// <param name="more">More settings of [daemon].</param>
    /// <param name="managementUris">Where the broker's management interface is.</param>
    public static Installation Create(int brokerPort = 1, string more = "", params string[] managementUris)
    {
        var installation = new Installation(MakeRoot(), AppContext.BaseDirectory);
        installation.WriteSettings(brokerPort, more, managementUris);
        return installation;
    }

    /// <summary>With a shell script in the daemon's place, for what the real one won't do on demand. $run is the run directory.</summary>
    public static Installation WithDaemon(string script, string more = "")
    {
        var root = MakeRoot();
        var programs = Directory.CreateDirectory(Path.Combine(root, "programs")).FullName;
        foreach (var path in Directory.EnumerateFileSystemEntries(AppContext.BaseDirectory))
        {
            // A program finds its own place through links; its libraries needn't.
            var target = Path.Combine(programs, Path.GetFileName(path));
            if (Path.GetFileName(path).StartsWith("autoreduction-ctl", StringComparison.Ordinal))
            {
                Executables.Copy(path, target);
            }
            else
            {
                File.CreateSymbolicLink(target, path);
            }
        }

        var daemon = Path.Combine(programs, "autoreduction-processor");
        File.Delete(daemon);
        Executables.Write(daemon, $"#!/bin/sh\nrun='{root}/run'\n{script}\n");
        var installation = new Installation(root, programs);
        installation.WriteSettings(1, more, []);
        return installation;
    }

    /// <summary>Runs ctl; its exit code and all that it said.</summary>
    public Task<(int Code, string Said)> CtlAsync(CancellationToken token, params string[] verb) =>
        Programs.RunAsync(CommandLine(verb), token);

    /// <summary>Runs ctl as a user who owns nothing.</summary>
    public Task<(int Code, string Said)> CtlAsNobodyAsync(CancellationToken token, params string[] verb)
    {
        Assume.That(Environment.IsPrivilegedProcess, "takes root");
        return Programs.RunAsync(["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", .. CommandLine(verb)], token);
    }

    /// <summary>The command line of ctl, to be started by something else.</summary>
    public string[] CommandLine(params string[] verb) => [Path.Combine(_programs, "autoreduction-ctl"), "--config", SettingsPath, .. verb];

    public async Task StartAsync(CancellationToken token)
    {
        var (code, said) = await CtlAsync(token, "start");
        Assert.That(code, Is.Zero, said);
    }

    /// <summary>Leaves what a daemon that knew a run keeps of it; its directory.</summary>
    public string LeaveRecord(JobRecord record)
    {
        var directory = Directory.CreateDirectory($"{Root}/state/jobs/{record.Id}").FullName;
        File.WriteAllText(new JobFiles(directory).Record, JsonSerializer.Serialize(record, ContractJson.Default.JobRecord));
        return directory;
    }

    public void Signal(int signal)
    {
        using var daemon = PidFd.TryOpen(Pid);
        daemon!.SendSignal(signal);
    }

    public async Task KillAsync(CancellationToken token)
    {
        Signal(Signals.SIGKILL);
        await UntilAsync(() => !IsRunning, token);
    }

    public static async Task UntilAsync(Func<bool> condition, CancellationToken token)
    {
        while (!condition())
        {
            await Task.Delay(10, token);
        }
    }

    /// <summary>Ends whatever runs still, and removes everything.</summary>
    public async ValueTask DisposeAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (IsRunning && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(20))
        {
            using var daemon = FileLock.OwnerOf(LockFile) is { } pid ? PidFd.TryOpen(pid) : null;
            daemon?.TrySendSignal(Signals.SIGKILL);
            await Task.Delay(10);
        }

        Directory.Delete(Root, recursive: true);
    }

    private static string MakeRoot()
    {
        var root = Directory.CreateTempSubdirectory("control-").FullName;
        Syscall.chmod(root, NativeConvert.FromOctalPermissionString("0755"));
        Directory.CreateDirectory(Path.Combine(root, "run"));
        return root;
    }

    private void WriteSettings(int brokerPort, string more, string[] managementUris) => File.WriteAllText(SettingsPath, $"""
        [broker]
        uri = "tcp://127.0.0.1:{brokerPort}"
        management_uris = [{string.Join(", ", managementUris.Select(uri => $"\"{uri}\""))}]
        [daemon]
        pid_file = "{PidFile}"
        state_directory = "{Root}/state"
        log_directory = "{Root}/log"
        kill_grace_seconds = 0.2
        {more}
        [reduction]
        temporary_directory = "{Root}/tmp"
        python_path = []
        """);
}
