using Autoreduction.Contract;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>A private directory in which the three programs work: settings, data, state, results. It knows no broker.</summary>
internal sealed class FacilityPlace : IAsyncDisposable
{
    private FacilityPlace(string root) => Root = root;

    public string Root { get; }

    public string PidFile => Path.Combine(Root, "run/autoreduction-processor.pid");

    public string LockFile => Path.Combine(Root, "run/daemon.lock");

    public string DaemonLog => Path.Combine(Root, "log/autoreduction-processor.log");

    public int Pid => int.Parse(File.ReadAllText(PidFile));

    public string DataPath => Path.Combine(Root, "run.nxs");

    private string SettingsPath => Path.Combine(Root, "autoreduction.toml");

    /// <summary>Makes the directory.</summary>
    /// <param name="brokerUri">Where the daemon finds its broker.</param>
    /// <param name="broker">More keys of <c>[broker]</c>.</param>
    /// <param name="daemon">More keys of <c>[daemon]</c>.</param>
    public static FacilityPlace Create(string brokerUri, string broker = "", string daemon = "")
    {
        var root = Directory.CreateTempSubdirectory("facility-").FullName;
        foreach (var name in (string[])["run", "state", "log", "tmp", "results", "scripts"])
        {
            Directory.CreateDirectory(Path.Combine(root, name));
        }

        var place = new FacilityPlace(root);
        File.WriteAllText(place.DataPath, "data");
        File.SetLastWriteTimeUtc(place.DataPath, DateTime.UtcNow.AddMinutes(-1));
        place.Configure(brokerUri, broker, daemon);
        return place;
    }

    /// <summary>Writes the settings file.</summary>
    public void Configure(string brokerUri, string broker = "", string daemon = "") => File.WriteAllText(SettingsPath, $"""
        [broker]
        uri = "{brokerUri}"
        {broker}
        [daemon]
        pid_file = "{PidFile}"
        state_directory = "{Root}/state"
        log_directory = "{Root}/log"
        max_jobs = 3
        retry_delay_seconds = 0.1
        stop_timeout_seconds = 20
        kill_grace_seconds = 2
        {daemon}
        [reduction]
        python_path = []
        scripts_directory = "{Root}/scripts"
        results_directory = "{Root}/results/{"{instrument}"}/{"{rb_number}"}/{"{run_number}"}"
        temporary_directory = "{Root}/tmp"
        data_file_wait_seconds = 0.5
        publish_retry_seconds = 0.5
        """);

    /// <summary>Runs ctl; its exit code and all that it said.</summary>
    public Task<(int Code, string Said)> CtlAsync(CancellationToken token, params string[] verb) => Programs.RunAsync(CommandLine(verb), token);

    /// <summary>The command line of ctl, to be started by something else.</summary>
    public string[] CommandLine(params string[] verb) => [Path.Combine(AppContext.BaseDirectory, "autoreduction-ctl"), "--config", SettingsPath, .. verb];

    /// <summary>A message that asks for a run to be reduced.</summary>
    public byte[] Message(long rb, long run, string? script, string? data = null) =>
        JobMessage.Parse("{}"u8).With(
            (MessageKeys.Instrument, "ENGINX"), (MessageKeys.RbNumber, rb), (MessageKeys.RunNumber, run),
            (MessageKeys.Data, data ?? DataPath), (MessageKeys.ReductionScript, script)).ToUtf8();

    /// <summary>Waits until status says something.</summary>
    public async Task<string> StatusUntilAsync(Func<string, bool> enough, CancellationToken token)
    {
        while (true)
        {
            var (_, said) = await CtlAsync(token, "status");
            if (enough(said))
            {
                return said;
            }

            await Task.Delay(100, token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CtlAsync(CancellationToken.None, "stop", "--now");
        Directory.Delete(Root, recursive: true);
    }
}
