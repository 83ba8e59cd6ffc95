using System.Globalization;
using Autoreduction.Contract;
using Autoreduction.Posix;

namespace Autoreduction.Control;

/// <summary>Stage 1 of the double fork: this program, started by itself (see DoubleFork).</summary>
internal static class Stage1
{
    /// <summary>The word that makes this program stage 1; not for people.</summary>
    public const string Verb = "__stage1";

    /// <summary>The command line of stage 1.</summary>
    public static IReadOnlyList<string> CommandLine(int umask, string daemonPath, IReadOnlyList<string> arguments) =>
        [Environment.ProcessPath!, Verb, umask.ToString(CultureInfo.InvariantCulture), daemonPath, .. arguments];

    public static int Run(string[] args)
    {
        if (args is not [var umask, var daemonPath, .. var arguments])
        {
            return ExitCodes.Usage;
        }

        using var password = arguments.Contains(BrokerPassword.DescriptorOption) ? SecretPipe.Take() : null;
        var runs = DoubleFork.RunStage1(
            [daemonPath, .. arguments, "--ready-descriptor"],
            DaemonProgram.Environment,
            password is null ? [] : [password.ForChild],
            int.Parse(umask, CultureInfo.InvariantCulture));
        return runs ? ExitCodes.Success : ExitCodes.Failed;
    }
}
