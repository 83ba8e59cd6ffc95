using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Posix;

[Parallelizable(ParallelScope.All)]
public sealed class SecretPipeTests
{
    private const string Secret = "p\u00e4ss w\u00f6rd\n";

    [Test]
    public void A_child_reads_it_once()
    {
        using var pipe = SecretPipe.Of(Secret);

        var read = Probe.OutputOf(Probe.Shell("cat <&4; echo .; cat <&4; echo .") with { Descriptors = [pipe.ForChild] });

        Assert.That(read, Is.EqualTo($"{Secret}.\n."));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_program_that_replaces_another_reads_it(CancellationToken token)
    {
        Assert.That(await Probe.ShellAsync("\"$0\" exec-with \"$@\" /bin/sh -c 'cat <&4; ls /proc/self/fd | wc -l'", token, Secret), Is.EqualTo($"{Secret}5"));
    }

    [Test]
    public void An_empty_one_is_read_as_empty_and_a_huge_one_is_refused()
    {
        using var pipe = SecretPipe.Of("");

        Assert.That(pipe.Read(), Is.Empty);
        Assert.That(() => SecretPipe.Of(new string('x', 5000)), Throws.InstanceOf<IOException>());
    }
}
