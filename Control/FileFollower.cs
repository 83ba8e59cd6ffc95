using System.Text;

namespace Autoreduction.Control;

/// <summary>Reads what is added to a text file, also when the file is moved away and made anew.</summary>
/// <param name="path">The file; it may come later.</param>
/// <param name="lines">How many of its last lines to begin with.</param>
internal sealed class FileFollower(string path, int lines)
{
    private long _position;

    /// <summary>The file. Where it lies elsewhere from now on, with the same beginning, it is read on from there.</summary>
    public string FilePath { get; set; } = path;

    /// <summary>Whether there was a file at all.</summary>
    public bool HasBeenSeen { get; private set; }

    /// <summary>What was added since the last call; the last lines at the first.</summary>
    public string ReadNew()
    {
        try
        {
            using var file = new FileStream(FilePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

            // Shorter than before: it was rotated.
            file.Seek(file.Length < _position ? 0 : _position, SeekOrigin.Begin);
            var text = new StreamReader(file, Encoding.UTF8).ReadToEnd();
            _position = file.Position;
            var isFirst = !HasBeenSeen;
            HasBeenSeen = true;
            return isFirst ? LastLines(text) : text;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
    }

    private string LastLines(string text)
    {
        // The last piece is what follows the last newline.
        var pieces = text.Split('\n');
        return pieces.Length <= lines ? text : string.Join('\n', pieces.TakeLast(lines + 1));
    }
}
