using System.Text.RegularExpressions;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

[Parallelizable(ParallelScope.All)]
public sealed partial class DoubleForkTests
{
    [Test]
    [CancelAfter(120_000)]
    public async Task The_kernel_sees_clone_setsid_clone(CancellationToken token)
    {
        await using var installation = Installation.Create(more: "standby = false");
        var trace = $"{installation.Root}/trace";
        Assume.That((await Programs.RunAsync(["/usr/bin/strace", "-o", "/dev/null", "true"], token)).Code, Is.Zero, "tracing is not permitted here");

        // It follows the daemon too, and so ends when that does.
        var tracing = Programs.RunAsync(
            ["/usr/bin/strace", "-f", "--seccomp-bpf", "-o", trace, "-e", "trace=clone,clone3,vfork,fork,setsid,execve,exit_group", .. installation.CommandLine("start")], token);
        await Installation.UntilAsync(() => File.Exists(installation.PidFile), token);
        Assert.That((await installation.CtlAsync(token, "stop")).Code, Is.Zero);
        Assert.That((await tracing).Code, Is.Zero);

        // Threads are clones too; a process is one that doesn't share its thread group.
        var calls = File.ReadLines(trace)
            .Select(line => Call().Match(line))
            .Where(match => match.Success && !match.Value.Contains("CLONE_THREAD"))
            .Select(match => (Pid: match.Groups[1].Value, Name: match.Groups[2].Value.Replace("clone3", "clone").Replace("vfork", "clone"), match.Value))
            .ToList();
        var starter = calls[0].Pid;
        var first = calls.FindIndex(call => call.Name == "clone");
        var session = calls.FindIndex(call => call.Name == "setsid");
        var second = calls.FindIndex(session, call => call.Name == "clone");
        var stage1 = calls[session].Pid;

        Assert.That(calls.Count(call => call.Name == "setsid"), Is.EqualTo(1));
        Assert.That(new[] { first, session, second }, Is.Ordered.And.None.EqualTo(-1));
        Assert.That(calls[second].Pid, Is.EqualTo(stage1), "the second fork is stage 1's, after its setsid");
        Assert.That(stage1, Is.Not.EqualTo(starter));
        Assert.That(calls.Where(call => call.Name == "execve").Select(call => Path.GetFileName(Program().Match(call.Value).Groups[1].Value)),
            Is.EqualTo(new[] { "autoreduction-ctl", "autoreduction-ctl", "autoreduction-processor" }));
        Assert.That(calls.Any(call => call.Pid == stage1 && call.Name == "exit_group"), Is.True, "stage 1 ends");
    }

    [GeneratedRegex(@"^(\d+)\s+(clone3?|v?fork|setsid|execve|exit_group)\(.*")]
    private static partial Regex Call();

    [GeneratedRegex("execve\\(\"([^\"]*)\"")]
    private static partial Regex Program();
}
