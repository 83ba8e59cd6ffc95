using System.Globalization;
using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>
/// Deletes a directory with all that is in it, whatever its owner did: took his own permissions away, nested deeper than a
/// path can be long, used bytes for names that are no text. What is mounted in it is left alone: it may be anything.
/// </summary>
/// <remarks>
/// Every directory is opened first, never through a link, and what is in it is named by that descriptor (/proc/self/fd):
/// whoever replaces a directory by a link meanwhile doesn't lead us elsewhere.
/// </remarks>
internal sealed class TreeDeletion
{
    // Each level has a descriptor open.
    private const int Deepest = 40;

    private readonly int _root;
    private readonly ulong _device;
    private PosixException? _failure;
    private bool _isFlattened;

    private TreeDeletion(int root, ulong device) => (_root, _device) = (root, device);

    /// <summary>Deletes it; what can be deleted is, also where something can't.</summary>
    /// <exception cref="PosixException">Something can't be deleted; the first that couldn't.</exception>
    public static void Delete(string path)
    {
        FileSystem.Unlock(path);
        var root = Open(path);
        if (root < 0 || Syscall.fstat(root, out var stat) < 0)
        {
            throw new PosixException("open", Stdlib.GetLastError(), path);
        }

        var deletion = new TreeDeletion(root, stat.st_dev);
        deletion.Empty();
        _ = Syscall.close(root);
        deletion.Note("rmdir", Syscall.rmdir(path), path);
        if (deletion._failure is not null)
        {
            throw deletion._failure;
        }
    }

    private static int Open(string path) =>
        Syscall.open(path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC);

    private static string PathOf(int directory) => string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{directory}");

    // What was too deep was moved up, and is found by the next pass.
    private void Empty()
    {
        do
        {
            _isFlattened = false;
            Empty(_root, depth: 0);
        }
        while (_isFlattened);
    }

    private void Empty(int directory, int depth)
    {
        foreach (var name in NamesIn(directory))
        {
            var path = $"{PathOf(directory)}/{name}";
            if (Syscall.lstat(path, out var stat) < 0)
            {
                Note("lstat", -1, name);
            }
            else if ((stat.st_mode & FilePermissions.S_IFMT) != FilePermissions.S_IFDIR)
            {
                Note("unlink", Syscall.unlink(path), name);
            }
            else if (stat.st_dev != _device)
            {
                _failure ??= new PosixException("rmdir", Errno.EBUSY, name);
            }
            else
            {
                DeleteDirectory(path, name, depth);
            }
        }
    }

    private void DeleteDirectory(string path, string name, int depth)
    {
        FileSystem.Unlock(path);
        if (depth >= Deepest)
        {
            _isFlattened |= Note("rename", Syscall.rename(path, $"{PathOf(_root)}/{Guid.NewGuid():N}"), name);
            return;
        }

        var inner = Open(path);
        if (Note("open", inner, name))
        {
            Empty(inner, depth + 1);
            _ = Syscall.close(inner);
            Note("rmdir", Syscall.rmdir(path), name);
        }
    }

    private IReadOnlyList<string> NamesIn(int directory)
    {
        try
        {
            return RawDirectory.NamesIn(PathOf(directory));
        }
        catch (PosixException e)
        {
            _failure ??= e;
            return [];
        }
    }

    // What is gone already, is gone.
    private bool Note(string call, int result, string name)
    {
        var errno = result < 0 ? Stdlib.GetLastError() : default;
        if (result < 0 && errno != Errno.ENOENT)
        {
            _failure ??= new PosixException(call, errno, name);
        }

        return result >= 0;
    }
}
