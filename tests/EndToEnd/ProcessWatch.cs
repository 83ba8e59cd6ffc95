using System.Globalization;
using System.Text;

namespace Autoreduction.Tests.EndToEnd;

/// <summary>Looks again and again at the environments and command lines of all processes for a text that must not be there.</summary>
internal sealed class ProcessWatch : IDisposable
{
    private static readonly string[] Ours = ["__stage1", "autoreduction-processor", "post-process-admin", "reduction_driver"];
    private readonly SortedSet<string> _finds = [];
    private readonly byte[] _text;
    private readonly Thread _thread;
    private volatile bool _isOver;

    public ProcessWatch(string text)
    {
        _text = Encoding.UTF8.GetBytes(text);
        _thread = new Thread(Watch);
        _thread.Start();
    }

    /// <summary>Where it was found. The watch is over then.</summary>
    public IReadOnlyCollection<string> Finds()
    {
        Dispose();
        return _finds;
    }

    public void Dispose()
    {
        _isOver = true;
        _thread.Join();
    }

    private void Watch()
    {
        while (!_isOver)
        {
            foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            {
                Look(process);
            }
        }
    }

    // Whoever gives a password to ctl has it in his own environment, and in that of ctl until that has begun.
    private void Look(string process)
    {
        var before = Read($"{process}/cmdline");
        var isInArguments = before.AsSpan().IndexOf(_text) >= 0;
        if (isInArguments || Read($"{process}/environ").AsSpan().IndexOf(_text) >= 0)
        {
            var names = Encoding.UTF8.GetString([.. before, .. Read($"{process}/cmdline")]).Replace('\0', ' ');
            if (isInArguments || Array.Exists(Ours, names.Contains))
            {
                _finds.Add(names);
            }
        }
    }

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended, or is somebody else's.
            return [];
        }
    }
}
