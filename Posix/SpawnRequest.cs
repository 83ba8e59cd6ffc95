namespace Autoreduction.Posix;

/// <summary>
/// What is to be started, and with what. Whatever this process inherited or changed, the child gets default signal
/// dispositions, an empty signal mask, the soft limit of open files that this process was started with, and no
/// descriptor but those listed.
/// </summary>
public sealed record SpawnRequest
{
    /// <summary>The program's path from the root.</summary>
    public required string ProgramPath { get; init; }

    /// <summary>Its arguments, without argv[0], which is the path.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Its whole environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Its working directory; null: ours.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Whether it leads a new session (and so a new process group).</summary>
    public bool NewSession { get; init; }

    /// <summary>Whether it leads a new process group in our session.</summary>
    public bool NewProcessGroup { get; init; }

    /// <summary>The descriptors that it starts with.</summary>
    public IReadOnlyList<SpawnDescriptor> Descriptors { get; init; } = [];
}
