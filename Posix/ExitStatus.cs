using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>How a process ended, decoded from its wait status.</summary>
public readonly record struct ExitStatus
{
    /// <summary>Whether it ended by itself, with <see cref="ExitCode"/>.</summary>
    public bool Exited { get; private init; }

    /// <summary>The exit code, 0 to 255, where it exited.</summary>
    public int ExitCode { get; private init; }

    /// <summary>The signal that ended it, else 0.</summary>
    public int Signal { get; private init; }

    /// <summary>Whether it left a core dump.</summary>
    public bool CoreDumped { get; private init; }

    /// <summary>Whether nobody can tell, since somebody else reaped it.</summary>
    public bool IsUnknown => !Exited && Signal == 0;

    /// <summary>Decodes the status of waitpid(2).</summary>
    public static ExitStatus FromWaitStatus(int status) => Syscall.WIFEXITED(status)
        ? FromExitCode(Syscall.WEXITSTATUS(status))
        : new ExitStatus { Signal = status & 0x7f, CoreDumped = (status & 0x80) != 0 };

    /// <summary>The status of a process that exited.</summary>
    public static ExitStatus FromExitCode(int code) => new() { Exited = true, ExitCode = code };

    /// <summary>The status in words.</summary>
    public override string ToString() => this switch
    {
        { Exited: true } => $"exited with code {ExitCode}",
        { IsUnknown: true } => "ended, nobody knows how",
        _ => $"killed by {Signals.NameOf(Signal)}{(CoreDumped ? " (core dumped)" : "")}",
    };
}
