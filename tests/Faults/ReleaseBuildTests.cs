using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Autoreduction.Posix;
using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>Crash points and mutants are for debug builds: nothing of them may be in what is delivered.</summary>
public sealed class ReleaseBuildTests
{
    private static readonly string[] Switches = ["AUTOREDUCTION_CRASH_AT", "AUTOREDUCTION_MUTANT"];

    [TestCase(typeof(CrashPoint))]
    [TestCase(typeof(Mutant))]
    public void Every_call_of_a_hook_is_left_out_of_other_builds(Type hooks)
    {
        var conditions = hooks.GetMethods(BindingFlags.Static | BindingFlags.Public).Select(method => method.GetCustomAttribute<ConditionalAttribute>()?.ConditionString);

        Assert.That(conditions, Is.Not.Empty.And.All.EqualTo("DEBUG"));
    }

    [TestCase("Daemon/Daemon.csproj", "autoreduction-processor.dll", "record-in-place", "gate-skipped")]
    [TestCase("PostProcessAdmin/PostProcessAdmin.csproj", "post-process-admin.dll", "record-in-place")]
    [TestCase("Control/Control.csproj", "autoreduction-ctl.dll", "record-in-place")]
    [Category("Faults")]
    [CancelAfter(600_000)]
    public async Task A_release_build_names_no_hook(string project, string program, params string[] mutants)
    {
        var directory = Directory.CreateTempSubdirectory("release-").FullName;

        var (code, said) = await Programs.RunAsync(["dotnet", "build", Path.Combine(Root(), project), "-c", "Release", "-o", directory, "-v", "quiet", "-nologo"], CancellationToken.None);

        Assert.That(code, Is.Zero, said);
        Assert.That(File.Exists(Path.Combine(directory, program)));
        foreach (var assembly in Directory.GetFiles(directory, "*.dll"))
        {
            // Strings of a program are UTF-16 in its assembly.
            var bytes = await File.ReadAllBytesAsync(assembly);
            var found = Switches.Concat(mutants).Where(word => bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(word)) >= 0);
            Assert.That(found, Is.Empty, assembly);
        }

        Directory.Delete(directory, recursive: true);
    }

    // The other way round: without this, the test above may look for the wrong thing.
    [Test]
    public void A_debug_build_names_them()
    {
        var bytes = File.ReadAllBytes(typeof(Mutant).Assembly.Location);

        Assert.That(Switches.Where(word => bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(word)) >= 0), Is.EqualTo(Switches));
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
}
