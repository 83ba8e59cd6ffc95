using System.Text.Json.Nodes;
using Autoreduction.Contract;
using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>The Python that came up before there was its run: a script can't tell, and a run doesn't need it.</summary>
[CancelAfter(120_000)]
public sealed class StandbyPythonTests
{
    // What a script can see of the process that it is in.
    private const string Look = """
        import os, signal, site, subprocess, sys, json
        def main(input_file, output_dir):
            modules = sorted(set(sys.modules) - {'subprocess', 'signal', 'site', 'json'})
            umask = os.umask(0)
            os.umask(umask)
            def read(name):
                with open('/proc/self/' + name, 'rb') as file:
                    return file.read().decode().rstrip('\0').split('\0')
            def descriptors():
                for name in sorted(os.listdir('/proc/self/fd'), key=int):
                    try:
                        yield name + ' ' + os.readlink('/proc/self/fd/' + name) + ' ' + oct(os.stat('/proc/self/fd/' + name).st_mode)
                    except FileNotFoundError:
                        pass
            main = sys.modules['__main__']
            seen = {
                'environ': dict(sorted(os.environ.items())),
                'environ of children': sorted(subprocess.check_output(['/usr/bin/env']).decode().splitlines()),
                'tags': [entry for entry in read('environ') if 'AUTOREDUCTION' in entry],
                'arguments': read('cmdline'), 'argv': sys.argv, 'orig_argv': getattr(sys, 'orig_argv', None),
                'path': sys.path, 'flags': str(sys.flags), 'cwd': os.getcwd(), 'umask': umask, 'descriptors': list(descriptors()),
                'main': main.__file__, 'modules': modules, 'own group': os.getpgid(0) == os.getpid(), 'mask': str(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
                'user base': site.getuserbase(), 'home': os.path.expanduser('~'), 'output': output_dir, 'streams': [str(sys.stdin), str(sys.stdout), str(sys.stderr)],
            }
            import multiprocessing
            with multiprocessing.get_context('spawn').Pool(1) as pool:
                seen['pool'] = pool.map(abs, [-1])
            with open(output_dir + 'seen.json', 'w') as file:
                json.dump(seen, file, indent=1)
            with open(output_dir + 'pid', 'w') as file:
                file.write(str(os.getpid()))
        """;

    [Test]
    public async Task A_script_finds_the_same_as_in_one_that_was_started_for_it(CancellationToken token)
    {
        await using var facility = await Facility.OpenAsync(token);
        Assert.That((await facility.CtlAsync(token, "start")).Code, Is.Zero);
        var waiting = await UpAsync(facility, token);
        var inWaiting = await SeenAsync(facility, 1, token);
        Assert.That(PidOf(facility, 1), Is.EqualTo(waiting), facility.Terminal[0].Body["admin_log"]?.ToString());

        facility.Place.Configure($"tcp://127.0.0.1:{facility.Broker.Port}", daemon: "standby = false");
        Assert.That((await facility.CtlAsync(token, "restart")).Code, Is.Zero);
        Assert.That(inWaiting, Is.EqualTo(await SeenAsync(facility, 2, token)));
    }

    [Test]
    public async Task Where_it_was_killed_or_is_another_one_than_the_run_needs_the_run_starts_its_own(CancellationToken token)
    {
        await using var facility = await Facility.OpenAsync(token);
        Directory.CreateDirectory($"{facility.Root}/modules");
        await File.WriteAllTextAsync($"{facility.Root}/modules/sitecustomize.py", "print('as Python comes up', flush=True)\n", token);
        Assert.That((await facility.CtlAsync(token, "start")).Code, Is.Zero);

        using (var process = PidFd.TryOpen(await UpAsync(facility, token)))
        {
            process!.TrySendSignal(Signals.SIGKILL);
            Assert.That(process.WaitForExit(TimeSpan.FromSeconds(20)), Is.True);
        }

        await SeenAsync(facility, 1, token);
        facility.Place.Configure($"tcp://127.0.0.1:{facility.Broker.Port}", daemon: $"""
            [reduction.instruments.ENGINX]
            python_path = ["{facility.Root}/modules"]
            """);
        Assert.That((await facility.CtlAsync(token, "restart")).Code, Is.Zero);
        var other = await UpAsync(facility, token);
        Assert.That(await SeenAsync(facility, 2, token), Does.Contain($"{facility.Root}/modules"));
        Assert.That(PidOf(facility, 2), Is.Not.EqualTo(other));

        // The next one has it from the beginning.
        var next = await UpAsync(facility, token);
        Assert.That(await SeenAsync(facility, 3, token), Does.Contain($"{facility.Root}/modules"));
        Assert.That(PidOf(facility, 3), Is.EqualTo(next));

        // A module came: where Python found none it would not look again.
        var old = await UpAsync(facility, token);
        await File.WriteAllTextAsync($"{facility.Root}/modules/new_module.py", "", token);
        await facility.SubmitAsync(4, 4, "import new_module, os\nopen('pid', 'w').write(str(os.getpid()))\n", token);
        await facility.ListenUntilAsync(f => f.Terminal.Count == 4, token);
        Assert.That(facility.Terminal[3].Queue, Is.EqualTo("Complete"));
        Assert.That(PidOf(facility, 4), Is.Not.EqualTo(old));
        Assert.That(await File.ReadAllTextAsync(Find(facility, 4, "*_Mantid.log"), token), Is.Empty);
        Assert.That(await File.ReadAllTextAsync(Find(facility, 4, "*_Script.out"), token), Is.EqualTo("as Python comes up\n"));
    }

    [Test]
    public async Task A_run_need_not_wait_until_it_is_up(CancellationToken token)
    {
        await using var facility = await Facility.OpenAsync(token);
        var (modules, go) = ($"{facility.Root}/modules", $"{facility.Root}/go");
        Directory.CreateDirectory(modules);
        await File.WriteAllTextAsync($"{modules}/sitecustomize.py", $"import os, time\nwhile not os.path.exists('{go}'):\n    time.sleep(0.01)\n", token);
        await File.WriteAllTextAsync(go, "", token);
        facility.Place.Configure($"tcp://127.0.0.1:{facility.Broker.Port}", daemon: $"""
            [reduction.instruments.ENGINX]
            python_path = ["{modules}"]
            """);
        Assert.That((await facility.CtlAsync(token, "start")).Code, Is.Zero);
        await SeenAsync(facility, 1, token);
        await UpAsync(facility, token);
        File.Delete(go);
        await facility.SubmitAsync(2, 2, "", token);
        await facility.ListenUntilAsync(f => f.Terminal.Count == 2, token);
        var python = (await StandbyProcess.TakableAsync(facility.Place, token)).Python;

        await facility.SubmitAsync(3, 3, Look, token);
        await facility.ListenUntilAsync(f => f.Told.Count == 5, token);
        await File.WriteAllTextAsync(go, "", token);
        await facility.ListenUntilAsync(f => f.Terminal.Count == 3, token);

        Assert.That(facility.Terminal[2].Queue, Is.EqualTo("Complete"), facility.Terminal[2].Body["reduction_log"]?.ToString());
        Assert.That(PidOf(facility, 3), Is.EqualTo(python));
        Assert.That(await File.ReadAllTextAsync(Find(facility, 3, "seen.json"), token), Does.Not.Contain("standby").And.Not.Contain("/dev/fd"));
    }

    [Test]
    public async Task Nothing_is_left_of_it_where_the_run_can_not_begin(CancellationToken token)
    {
        await using var facility = await Facility.OpenAsync(token);
        Assert.That((await facility.CtlAsync(token, "start")).Code, Is.Zero);

        using var python = PidFd.TryOpen(await UpAsync(facility, token))!;

        await facility.SubmitAsync(1, 1, Look, token, $"{facility.Root}/missing.nxs");
        await facility.ListenUntilAsync(f => f.Terminal.Count == 1, token);

        Assert.That((string)facility.Terminal[0].Body["message"]!, Does.Contain("Problem reading datafile"));
        Assert.That(python.WaitForExit(TimeSpan.FromSeconds(20)), Is.True);
        Assert.That(() => Directory.EnumerateFileSystemEntries($"{facility.Root}/tmp"), Is.Empty.After(20_000, 20));
        Assert.That(Directory.EnumerateDirectories($"{facility.Root}/state/jobs", "private", SearchOption.AllDirectories), Is.Empty);
    }

    // What is the run's own is left out.
    private static async Task<string> SeenAsync(Facility facility, int run, CancellationToken token)
    {
        await facility.SubmitAsync(run, run, Look, token);
        await facility.ListenUntilAsync(f => f.Terminal.Count == run, token);
        Assert.That(facility.Terminal[^1].Queue, Is.EqualTo("Complete"), facility.Terminal[^1].Body["reduction_log"]?.ToString());
        var text = await File.ReadAllTextAsync(Find(facility, run, "seen.json"), token);
        var job = (string)JsonNode.Parse(text)!["environ"]![JobFiles.TagVariable]!;
        return text.Replace(job, "JOB", StringComparison.Ordinal).Replace($"RB_{run}_Run_{run}", "RB_Run", StringComparison.Ordinal);
    }

    private static int PidOf(Facility facility, int run) => int.Parse(File.ReadAllText(Find(facility, run, "pid")));

    private static string Find(Facility facility, int run, string name) =>
        Directory.GetFiles($"{facility.Root}/results/ENGINX/{run}/{run}", name, SearchOption.AllDirectories).Single();

    private static async Task<int> UpAsync(Facility facility, CancellationToken token) => (await StandbyProcess.UpAsync(facility.Place, token)).Python;
}
