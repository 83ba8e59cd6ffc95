using System.Runtime.InteropServices;
using System.Text;
using Autoreduction.Posix;
using Mono.Unix.Native;

namespace Autoreduction.PostProcessAdmin;

/// <summary>What is to be published: directories, files and links, by the names that they get.</summary>
/// <param name="scriptUser">Whose files those of the script are: they are read with that user's rights.</param>
internal sealed class ResultTree(ScriptUser scriptUser)
{
    // PATH_MAX, less a name in it.
    private const int LongestPath = 4096 - 257;
    private const int ShownPath = 200;

    private readonly HashSet<string> _ours = [];
    private readonly Dictionary<string, FileInfo> _files = [];
    private readonly Dictionary<string, string> _links = [];
    private readonly List<string> _directories = [];

    /// <summary>The files by their names, with slashes.</summary>
    public IReadOnlyDictionary<string, FileInfo> Files => _files;

    /// <summary>Symbolic links by their names, with their targets: relative ones that stay inside.</summary>
    public IReadOnlyDictionary<string, string> Links => _links;

    /// <summary>The directories, outer ones first.</summary>
    public IReadOnlyList<string> Directories => _directories;

    /// <summary>The names of all files and links.</summary>
    public IReadOnlyList<string> Names => [.. _files.Keys, .. _links.Keys];

    public long Bytes => _files.Values.Sum(file => file.Length);

    /// <summary>Opens a file to be copied.</summary>
    /// <exception cref="PosixException">It can't be opened, or is a link by now.</exception>
    public SafeHandle Open(string name)
    {
        var path = _files[name].FullName;
        return _ours.Contains(name) ? FileCopy.OpenSource(path) : scriptUser.Act(() => OpenOfScript(path));
    }

    /// <summary>Whether a name is taken.</summary>
    public bool Has(string name) => _files.ContainsKey(name) || _links.ContainsKey(name) || _directories.Contains(name);

    /// <summary>Adds one file of the script, in place of another of that name.</summary>
    public void AddFile(string name, string path) => Set(name, new FileInfo(path), isOurs: false);

    /// <summary>Adds one file of this program, in place of another of that name.</summary>
    public void AddOurFile(string name, string path) => Set(name, new FileInfo(path), isOurs: true);

    /// <summary>Adds what the script left in a directory, without what is called <paramref name="reserved"/> and no directory.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    public void AddContent(string directory, string reserved) => Add(new DirectoryInfo(directory), "", directory, reserved, areOurs: false);

    /// <summary>Adds the content of a directory of this program below <paramref name="name"/>.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    public void AddOurDirectory(string name, string directory)
    {
        if (!_directories.Contains(name))
        {
            _directories.Add(name);
        }

        Add(new DirectoryInfo(directory), name, directory, "", areOurs: true);
    }

    // A script may have made its results unreadable for itself, and so for us.
    private static SafeHandle OpenOfScript(string path)
    {
        try
        {
            return FileCopy.OpenSource(path);
        }
        catch (PosixException e) when (e.Errno == Errno.EACCES)
        {
            FileSystem.Unlock(path);
            return FileCopy.OpenSource(path);
        }
    }

    // With the rights of its owner: what may take its place meanwhile is his own.
    private FileSystemInfo[] EntriesOf(DirectoryInfo directory)
    {
        if (Encoding.UTF8.GetByteCount(directory.FullName) > LongestPath)
        {
            throw new IOException($"its directories are nested deeper than a path can be long: {directory.FullName[..ShownPath]}...");
        }

        scriptUser.Act(() => FileSystem.Unlock(directory.FullName));
        var entries = directory.GetFileSystemInfos();
        if (!Array.Exists(entries, entry => FileNames.MayBeBroken(entry.Name)))
        {
            return entries;
        }

        foreach (var name in scriptUser.Act(() => FileNames.Repair(directory.FullName)))
        {
            Log.Renamed(directory.FullName, name);
        }

        return directory.GetFileSystemInfos();
    }

    private void Add(DirectoryInfo directory, string prefix, string root, string reserved, bool areOurs)
    {
        foreach (var entry in EntriesOf(directory))
        {
            var name = prefix.Length == 0 ? entry.Name : $"{prefix}/{entry.Name}";
            if (entry.LinkTarget is { } target)
            {
                AddLink(name, entry, target, root, name == reserved);
            }
            else if (entry is DirectoryInfo inner)
            {
                _directories.Add(name);
                Add(inner, name, root, reserved, areOurs);
            }
            else if (name != reserved && FileSystem.IsRegularFile(entry.FullName))
            {
                Set(name, (FileInfo)entry, areOurs);
            }
            else
            {
                Log.LeftOut(entry.FullName, name == reserved ? "it has the name of the folder of logs" : "it is a FIFO, a socket or a device");
            }
        }
    }

    private void Set(string name, FileInfo file, bool isOurs)
    {
        _links.Remove(name);
        _ = isOurs ? _ours.Add(name) : _ours.Remove(name);
        _files[name] = file;
    }

    private void AddLink(string name, FileSystemInfo entry, string target, string root, bool isReserved)
    {
        if (!isReserved && LinkTarget.Inside(root, entry.FullName, target) is { } relative)
        {
            _links[name] = relative;
            return;
        }

        Log.LeftOut(entry.FullName, $"it is a link to {target}, outside of the results");
    }
}
