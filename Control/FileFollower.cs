using System.Text;
using Autoreduction.Posix;

namespace Autoreduction.Control;

/// <summary>
/// Reads what is added to a text file, also when the file is moved away and made anew: what was added to the old one until
/// then, and all of the new one. The file stays open meanwhile, as its number is given again otherwise.
/// </summary>
/// <param name="path">The file; it may come later.</param>
/// <param name="lines">How many of its last lines to begin with.</param>
/// <param name="setAside">Where it is moved to; read while there is no file in its place.</param>
internal sealed class FileFollower(string path, int lines, string? setAside = null) : IDisposable
{
    private FileStream? _file;
    private long _position;

    /// <summary>The file. Where it lies elsewhere from now on, with the same beginning, it is read on from there.</summary>
    public string FilePath
    {
        get;
        set
        {
            if (value != field)
            {
                field = value;
                Close();
            }
        }
    } = path;

    /// <summary>Whether there was a file at all.</summary>
    public bool HasBeenSeen { get; private set; }

    /// <summary>What was added since the last call; the last lines at the first.</summary>
    public string ReadNew()
    {
        var rest = "";
        if (_file is not null && IsReplaced(_file))
        {
            rest = ReadOn(_file);
            Close();
            _position = 0;
        }

        _file ??= TryOpen();
        if (_file is null)
        {
            return rest;
        }

        var text = rest + ReadOn(_file);
        var isFirst = !HasBeenSeen;
        HasBeenSeen = true;
        return isFirst ? LastLines(text) : text;
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private FileStream? TryOpen() => TryOpen(FilePath) ?? (setAside is null ? null : TryOpen(setAside));

    /// <exception cref="UnauthorizedAccessException">It is not for this user.</exception>
    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // It may come later.
            return null;
        }
        catch (UnauthorizedAccessException) when (!Directory.Exists(path))
        {
            throw new UnauthorizedAccessException($"{path} may not be read by this user; do this as the daemon's user or as root");
        }
    }

    private string ReadOn(FileStream file)
    {
        // Shorter than before: it was emptied.
        file.Seek(file.Length < _position ? 0 : _position, SeekOrigin.Begin);
        using var reader = new StreamReader(file, Encoding.UTF8, leaveOpen: true);
        var text = reader.ReadToEnd();
        _position = file.Position;
        return text;
    }

    // One that was moved away is still the last one until there is another.
    private bool IsReplaced(FileStream file) =>
        FileUse.TryRead(FilePath, out var there) && FileUse.TryRead($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}", out var ours)
        && (there.Device, there.Inode) != (ours.Device, ours.Inode);

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    private string LastLines(string text)
    {
        // The last piece is what follows the last newline.
        var pieces = text.Split('\n');
        return pieces.Length <= lines ? text : string.Join('\n', pieces.TakeLast(lines + 1));
    }
}
