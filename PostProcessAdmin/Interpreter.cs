using Autoreduction.Contract;
using Autoreduction.Posix;
using Mono.Unix.Native;

namespace Autoreduction.PostProcessAdmin;

/// <summary>The Python of a run, as the settings name it: a program, a wrapper, or a container's command line.</summary>
internal sealed class Interpreter(ReductionSettings settings, ScriptUser user)
{
    /// <summary>What errors that have to do with it end with.</summary>
    public string Origin => settings.PythonPath.Count > 0
        ? $"The interpreter is {CommandLine}, the setting reduction.python; PYTHONPATH begins with {string.Join(':', settings.PythonPath)}, the setting reduction.python_path. Both can differ by instrument."
        : $"The interpreter is {CommandLine}, the setting reduction.python, which can differ by instrument.";

    private string CommandLine => string.Join(' ', settings.Python);

    /// <summary>Starts it with further arguments, watched.</summary>
    /// <exception cref="RunFailedException">It can't be started.</exception>
    /// <exception cref="CannotStartException">The machine has no room for a process just now.</exception>
    public ChildProcess Start(
        ChildReaper reaper,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        string workingDirectory,
        IReadOnlyList<SpawnDescriptor> descriptors)
    {
        string[] command = [.. user.CommandPrefix, .. settings.Python];
        try
        {
            return reaper.Start(new SpawnRequest
            {
                ProgramPath = command[0],
                Arguments = [.. command.Skip(1), .. arguments],
                Environment = environment,
                WorkingDirectory = workingDirectory,
                NewProcessGroup = true,
                Descriptors = descriptors,
            });
        }
        catch (PosixException e) when (e.Errno is Errno.EAGAIN or Errno.ENOMEM or Errno.EMFILE or Errno.ENFILE or Errno.ENOSPC)
        {
            throw new CannotStartException(e.Message, e);
        }
        catch (PosixException e)
        {
            throw new RunFailedException($"REDUCTION Error: {settings.Python[0]} can't be started ({e.Message}). {Origin}", e);
        }
    }
}
