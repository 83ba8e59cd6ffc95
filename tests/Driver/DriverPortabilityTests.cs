using System.Diagnostics;
using System.Runtime.CompilerServices;
using NUnit.Framework;

namespace Autoreduction.Tests.Driver;

/// <summary>The driver runs in whatever Python an instrument has.</summary>
public sealed class DriverPortabilityTests
{
    private const string Check = """
        import ast, sys
        tree = ast.parse(open(sys.argv[1], encoding="utf-8").read(), feature_version=(3, 8))
        names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        names |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        print(sorted(name for name in names if name.split(".")[0] not in sys.stdlib_module_names))
        """;

    [Test]
    public void It_has_no_syntax_newer_than_Python_3_8_and_uses_the_standard_library_alone()
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", Check, Driver()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = python.StandardOutput.ReadToEnd();
        var error = python.StandardError.ReadToEnd();
        python.WaitForExit();

        Assert.That(error, Is.Empty);
        Assert.That(output, Is.EqualTo("[]\n"));
    }

    private static string Driver([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../../PostProcessAdmin/Driver/reduction_driver.py");
}
