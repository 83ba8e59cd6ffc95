using System.Globalization;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>Holds processes in the kernel (cgroup v1 freezer): not even SIGKILL ends them before they are thawed.</summary>
internal sealed class Freezer : IDisposable
{
    private const string Parent = "/sys/fs/cgroup/freezer";
    private readonly string _path = Path.Combine(Parent, $"autoreduction-test-{Environment.ProcessId}");

    private Freezer() => Directory.CreateDirectory(_path);

    /// <summary>Makes one; where there is no such cgroup, the test is skipped.</summary>
    public static Freezer Create()
    {
        try
        {
            return Directory.Exists(Parent) ? new Freezer() : throw new IOException($"{Parent} is missing");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Assert.Ignore($"needs the freezer of cgroup v1: {e.Message}");
            throw;
        }
    }

    public async Task FreezeAsync(int pid, CancellationToken token)
    {
        File.WriteAllText(Path.Combine(_path, "cgroup.procs"), pid.ToString(CultureInfo.InvariantCulture));
        File.WriteAllText(State, "FROZEN");
        await FaultRig.Until(() => File.ReadAllText(State).StartsWith("FROZEN", StringComparison.Ordinal), token);
    }

    public void Thaw() => File.WriteAllText(State, "THAWED");

    public void Dispose()
    {
        Thaw();
        foreach (var pid in File.ReadAllLines(Path.Combine(_path, "cgroup.procs")))
        {
            // Of a test that failed: a group that isn't empty can't be removed.
            File.WriteAllText(Path.Combine(Parent, "cgroup.procs"), pid);
        }

        Directory.Delete(_path);
    }

    private string State => Path.Combine(_path, "freezer.state");
}
