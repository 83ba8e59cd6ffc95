using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;

namespace Autoreduction.Tests.Packaging;

/// <summary>
/// A clean Debian in a directory of its own, with systemd as process 1, or with a shell there. It shares the network of this
/// machine, and nothing else. All its processes go with it.
/// </summary>
internal sealed class Machine : IAsyncDisposable
{
    // Process 1 without systemd: collects orphans, and ends with its standard input.
    private const string Shell = "mount -t proc proc /proc; mount -t tmpfs tmpfs /run; while read -r _; do :; done";

    private readonly Process _host;
    private readonly bool _hasSystemd;

    private Machine(string root, Process host, bool hasSystemd) => (Root, _host, _hasSystemd) = (root, host, hasSystemd);

    /// <summary>Where its files are, seen from here.</summary>
    public string Root { get; }

    /// <summary>Installs a Debian, to be copied for each machine.</summary>
    public static async Task<string> InstallDebianAsync(CancellationToken token)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Ignore("a machine of one's own needs root");
        }

        var root = Directory.CreateTempSubdirectory("debian-").FullName;
        string[] sources = [.. new[] { "/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list" }.Where(File.Exists).Take(1)];
        var (code, said) = await Repository.RunAsync(
            "mmdebstrap", token, ["--quiet", "--variant=minbase", "--include=systemd,systemd-sysv,dbus,python3", "bookworm", root, .. sources]);
        Assert.That(code, Is.Zero, said);
        return root;
    }

    public static async Task<Machine> StartAsync(string debian, bool hasSystemd, CancellationToken token)
    {
        var root = Directory.CreateTempSubdirectory("machine-").FullName;
        var (code, said) = await Repository.RunAsync("cp", token, "-a", $"{debian}/.", root);
        Assert.That(code, Is.Zero, said);
        string[] command = hasSystemd
            ? ["systemd-nspawn", "--quiet", $"--directory={root}", $"--machine={Path.GetFileName(root)}", "--register=no", "--keep-unit", "--link-journal=no", "--console=pipe", "--boot"]
            : ["unshare", "--mount", "--pid", "--fork", "--kill-child", $"--root={root}", "--wd=/", "bash", "-c", Shell];
        var machine = new Machine(root, Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true })!, hasSystemd);
        try
        {
            await machine.UntilAsync(hasSystemd ? "systemctl is-system-running --wait" : "test -e /proc/1", token);
            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a command line in it as root; its exit code, and all that it said.</summary>
    public async Task<(int Code, string Said)> RunAsync(string command, CancellationToken token)
    {
        string[] spaces = _hasSystemd ? ["--all"] : ["--mount", "--pid", "--root", "--wd"];
        return Leader is { } leader
            ? await Repository.RunAsync("nsenter", token, [$"--target={leader}", .. spaces, "--", "/bin/sh", "-c", $"cd /; {command}"])
            : (-1, "not up");
    }

    /// <summary>Runs what must succeed.</summary>
    public async Task<string> DoAsync(string command, CancellationToken token)
    {
        var (code, said) = await RunAsync(command, token);
        Assert.That(code, Is.Zero, $"{command}: {said}");
        return said;
    }

    /// <summary>Runs a command line until it succeeds.</summary>
    public async Task UntilAsync(string command, CancellationToken token)
    {
        while ((await RunAsync(command, token)).Code != 0)
        {
            Assert.That(_host.HasExited, Is.False, "the machine went down");
            await Task.Delay(100, token);
        }
    }

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Root + path)!);
        File.WriteAllText(Root + path, text);
    }

    public async ValueTask DisposeAsync()
    {
        // systemd shuts down in order when nspawn is asked to end; the shell ends with its standard input.
        _host.StandardInput.Close();
        if (_hasSystemd)
        {
            await Repository.RunAsync("kill", CancellationToken.None, _host.Id.ToString(CultureInfo.InvariantCulture));
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await _host.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _host.Kill(entireProcessTree: true);
            await _host.WaitForExitAsync(CancellationToken.None);
        }

        _host.Dispose();
        Directory.Delete(Root, recursive: true);
    }

    // Its process 1, as it is numbered here: the child of the program that holds the machine.
    private string? Leader
    {
        get
        {
            var path = $"/proc/{_host.Id}/task/{_host.Id}/children";
            return File.Exists(path) && File.ReadAllText(path).Split(' ')[0] is { Length: > 0 } pid ? pid : null;
        }
    }
}
