using Autoreduction.Contract;
using Autoreduction.Tests.EndToEnd;

namespace Autoreduction.Tests.Faults;

/// <summary>A stand-in for post-process-admin: a shell script that waits at the gate and then does as it is told.</summary>
internal static class StandIn
{
    /// <summary>It says that the run is complete and told.</summary>
    public const string Completes = """printf '{"result":"Complete","destination":"","published":true,"time":"2026-01-01T00:00:00Z"}' >"$3/outcome.json" """;

    /// <summary>Writes it; the line of the settings that names it.</summary>
    /// <param name="body">Shell, run after the gate opened; <c>$3</c> is the job directory.</param>
    /// <param name="directory">Where it is; to be deleted.</param>
    public static string Write(string body, out string directory)
    {
        directory = Directory.CreateTempSubdirectory("stand-in-").FullName;
        var program = Path.Combine(directory, "post-process-admin");
        Executables.Write(program, $"""
            #!/bin/sh
            read -r order <&{JobFiles.GateDescriptor} || exit {ExitCodes.GateClosed}
            {body}
            """);
        return $"""post_process_admin = "{program}" """;
    }
}
