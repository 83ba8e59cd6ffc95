using System.Runtime.CompilerServices;
using Autoreduction.Tests.EndToEnd;
using Autoreduction.Tests.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

public sealed class RestartScriptTests
{
    private const string NotConfigured = "queue processor: not configured (QUEUE_PROCESSOR_CTL is not set)";
    private PrivateDirectory _directory = null!;

    private static string Script([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../restart.sh"));

    [SetUp]
    public void SetUp()
    {
        _directory = new PrivateDirectory();
        File.Copy(Script(), _directory["restart.sh"]);
        Directory.CreateDirectory(_directory["bin"]);
    }

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public void It_is_short()
    {
        Assert.That(File.ReadLines(Script()).Count(), Is.LessThan(20));
    }

    [Test]
    public async Task The_named_ctl_comes_first_and_gets_the_arguments()
    {
        Program("bin/autoreduction-ctl", "echo beside");
        Program("named", "echo \"named $*\"");

        Assert.That(await RunAsync(["--config", "a b.toml"], ("AUTOREDUCTION_CTL", _directory["named"])),
            Is.EqualTo((0, $"daemon: named --config a b.toml restart\n{NotConfigured}")));
    }

    [Test]
    public async Task Then_the_ctl_beside_it_then_the_one_on_PATH()
    {
        Program("autoreduction-ctl", "echo on PATH");
        var path = ("PATH", $"{_directory.Root}:/usr/bin:/bin");

        Assert.That(await RunAsync([], path), Is.EqualTo((0, $"daemon: on PATH\n{NotConfigured}")));
        Program("bin/autoreduction-ctl", "echo beside");
        Assert.That(await RunAsync([], path), Is.EqualTo((0, $"daemon: beside\n{NotConfigured}")));
    }

    [Test]
    public async Task A_named_ctl_that_is_missing_is_not_replaced_by_another()
    {
        Program("bin/autoreduction-ctl", "echo beside");

        var (code, said) = await RunAsync([], ("AUTOREDUCTION_CTL", _directory["none"]));

        Assert.That(code, Is.EqualTo(127));
        Assert.That(said.Split('\n')[0], Does.StartWith("daemon: FAILED (127)").And.Contain(_directory["none"]));
    }

    [Test]
    public async Task The_queue_processor_is_restarted_by_its_own_command()
    {
        Program("bin/autoreduction-ctl", "echo 'started (pid 1)'");
        Program("queue", "echo \"queue $*\"");

        Assert.That(await RunAsync([], ("QUEUE_PROCESSOR_CTL", $"{_directory["queue"]} --quiet")),
            Is.EqualTo((0, "daemon: started (pid 1)\nqueue processor: queue --quiet restart")));
        Program("queue", "exit 0");
        Assert.That((await RunAsync([], ("QUEUE_PROCESSOR_CTL", _directory["queue"]))).Said, Does.EndWith("queue processor: restarted"));
    }

    [Test]
    public async Task A_failure_keeps_nobody_else_from_being_restarted_and_the_worst_code_is_told()
    {
        Program("bin/autoreduction-ctl", "echo line 1; echo line 2 >&2; exit 78");
        Program("queue", "echo no; exit 5");

        Assert.That(await RunAsync([], ("QUEUE_PROCESSOR_CTL", _directory["queue"])),
            Is.EqualTo((78, "daemon: FAILED (78): line 1 line 2\nqueue processor: FAILED (5): no")));
    }

    private Task<(int Code, string Said)> RunAsync(string[] arguments, params (string Name, string Value)[] environment) =>
        Programs.RunAsync(["/bin/sh", _directory["restart.sh"], .. arguments], CancellationToken.None, environment.ToDictionary(pair => pair.Name, pair => pair.Value));

    private void Program(string name, string script)
    {
        Executables.Write(_directory[name], $"#!/bin/sh\n{script}\n");
    }
}
