using System.Text.Json.Nodes;
using Autoreduction.Posix;
using Autoreduction.Tests.Packaging;
using NUnit.Framework;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>The broker's password, with a real ActiveMQ that asks for it: where it can be found while runs are reduced.</summary>
public sealed class SecretTests
{
    private const string Login = "reducer";

    // In halves: the script's text has to name it, and is no find.
    private static readonly string[] Halves = [$"{Guid.NewGuid():N}", $"{Guid.NewGuid():N}"];
    private static readonly string Password = string.Concat(Halves);

    // Its parent and that one's parent.
    private const string LookingUp = """
        import json, os
        names, opened, refused = [], [], 0
        pid = os.getppid()
        for _ in range(2):
            with open("/proc/{}/cmdline".format(pid)) as file:
                names.append(os.path.basename(file.read().split(chr(0))[0]))
            for name in "environ", "mem", "maps", "fd":
                path = "/proc/{}/{}".format(pid, name)
                try:
                    os.listdir(path) if name == "fd" else open(path, "rb").read(1)
                    opened.append(path)
                except PermissionError:
                    refused += 1
            with open("/proc/{}/stat".format(pid)) as file:
                pid = int(file.read().rpartition(")")[2].split()[1])
        with open("seen.json", "w") as file:
            json.dump({"names": names, "opened": opened, "refused": refused}, file)
        """;

    [Test]
    [CancelAfter(120_000)]
    public async Task Nothing_shows_the_password_from_the_start_to_the_end([Values("environment", "file")] string origin, CancellationToken token)
    {
        await using var place = FacilityPlace.Create("tcp://127.0.0.1:1");
        using var broker = await StartBrokerAsync(place, token);
        var file = Path.Combine(place.Root, "password");
        await File.WriteAllTextAsync(file, Password + "\n", token);
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        place.Configure($"tcp://127.0.0.1:{broker.Port}", $"username = \"{Login}\"\n" + (origin == "file" ? $"password_file = \"{file}\"" : ""));
        var environment = new Dictionary<string, string>();
        if (origin == "environment")
        {
            environment["AUTOREDUCTION__BROKER__PASSWORD"] = Password;
        }

        if (UserAccount.MayChange)
        {
            environment["AUTOREDUCTION__REDUCTION__SCRIPT_USER"] = "nobody";
            Array.ForEach([place.Root, Path.Combine(place.Root, "tmp")], path => File.SetUnixFileMode(path, (UnixFileMode)0b111_001_001));
        }

        using var watch = new ProcessWatch(Password);

        var (started, said) = await Programs.RunAsync(place.CommandLine("start"), token, environment);
        var message = Path.Combine(place.Root, "message.json");
        await File.WriteAllBytesAsync(message, place.Message(1, 2, Script()), token);
        var submitted = await Programs.RunAsync(place.CommandLine("submit", "--file", message, "--wait"), token, environment);
        var stopped = await place.CtlAsync(token, "stop");

        Assert.That(started, Is.Zero, said);
        Assert.That(said, Does.Contain("connected to"), "the password got through");
        Assert.That(submitted.Code, Is.Zero, submitted.Said);
        Assert.That(stopped.Code, Is.Zero, stopped.Said);
        Assert.That(watch.Finds(), Is.Empty);
        var seen = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(place.Root, "results/ENGINX/1/2/run-version-0/seen.json"), token))!;
        Assert.That(seen["found"]!.AsArray(), Is.Empty);
        Assert.That((int?)seen["looked_at"], Is.GreaterThan(10));
        var written = Directory.GetFiles(place.Root, "*", SearchOption.AllDirectories).Where(path => path != file && !path.StartsWith(BrokerDirectory(place), StringComparison.Ordinal));
        Assert.That(written.Where(path => File.ReadAllText(path).Contains(Password)), Is.Empty);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_script_of_the_same_user_cannot_look_into_daemon_and_post_process_admin(CancellationToken token)
    {
        Assume.That(UserAccount.MayChange, "takes root, to become somebody else");
        await using var place = FacilityPlace.Create("tcp://127.0.0.1:1");
        using var broker = await StartBrokerAsync(place, token);
        place.Configure($"tcp://127.0.0.1:{broker.Port}", $"username = \"{Login}\"");
        var environment = new Dictionary<string, string> { ["AUTOREDUCTION__BROKER__PASSWORD"] = Password };
        var message = Path.Combine(place.Root, "message.json");
        await File.WriteAllBytesAsync(message, place.Message(1, 2, LookingUp), token);
        await Programs.RunAsync(["/usr/bin/chown", "-R", "nobody", place.Root], token);
        string[] asNobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

        var (started, said) = await Programs.RunAsync([.. asNobody, .. place.CommandLine("start")], token, environment);
        var submitted = await Programs.RunAsync([.. asNobody, .. place.CommandLine("submit", "--file", message, "--wait")], token, environment);

        Assert.That(started, Is.Zero, said);
        Assert.That(submitted.Code, Is.Zero, submitted.Said);
        var seen = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(place.Root, "results/ENGINX/1/2/run-version-0/seen.json"), token))!;
        Assert.That(seen["names"]!.AsArray().Select(name => (string?)name), Is.EqualTo(new[] { "post-process-admin", "autoreduction-processor" }));
        Assert.That(seen["opened"]!.AsArray(), Is.Empty);
        Assert.That((int?)seen["refused"], Is.EqualTo(8));
    }

    // What it can read of all processes: environment, arguments, and whatever is behind descriptors.
    private static string Script() => $$"""
        import glob, json, os, stat
        password = b"{{Halves[0]}}" + b"{{Halves[1]}}"
        found, looked_at = [], 0
        for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/fd/*"):
            try:
                if "/fd/" in path and not stat.S_ISREG(os.stat(path).st_mode):
                    continue
                with open(path, "rb") as file:
                    looked_at += 1
                    if password in file.read():
                        found.append(path)
            except OSError:
                pass
        if any(password in os.fsencode(text) for pair in os.environ.items() for text in pair):
            found.append("environ")
        with open("seen.json", "w") as file:
            json.dump({"found": found, "looked_at": looked_at}, file)
        """;

    private static string BrokerDirectory(FacilityPlace place) => Path.Combine(place.Root, "broker");

    private static Task<PrivateActiveMq> StartBrokerAsync(FacilityPlace place, CancellationToken token)
    {
        var users = $"""<plugins><simpleAuthenticationPlugin><users><authenticationUser username="{Login}" password="{Password}" groups="all"/></users></simpleAuthenticationPlugin></plugins>""";
        var directory = Directory.CreateDirectory(BrokerDirectory(place)).FullName;
        File.WriteAllText($"{directory}/activemq.xml", File.ReadAllText(Repository.PathOf("examples/activemq/activemq.xml")).Replace("</persistenceAdapter>", $"</persistenceAdapter>{users}"));
        return PrivateActiveMq.StartAsync($"{directory}/data", token, $"{directory}/activemq.xml");
    }
}
