using Mono.Unix.Native;

namespace Autoreduction.Posix;

/// <summary>
/// Deletes a directory with all that is in it, whatever its owner did: took his own permissions away, nested deeper than a
/// path can be long, used bytes for names that are no text. What is mounted in it is left alone: it may be anything.
/// </summary>
internal sealed class TreeDeletion
{
    // PATH_MAX is 4096, a name has at most 255 bytes, a character at most 4.
    private const int LongestPath = 900;

    private readonly string _root;
    private readonly ulong _device;
    private PosixException? _failure;
    private bool _isFlattened;

    private TreeDeletion(string root, ulong device) => (_root, _device) = (root, device);

    /// <summary>Deletes it; what can be deleted is, also where something can't.</summary>
    /// <exception cref="PosixException">Something can't be deleted; the first that couldn't.</exception>
    public static void Delete(string root)
    {
        if (Syscall.lstat(root, out var stat) < 0)
        {
            throw new PosixException("lstat", Stdlib.GetLastError(), root);
        }

        new TreeDeletion(root, stat.st_dev).Run();
    }

    private void Run()
    {
        // What was too deep was moved up, and is found by the next pass.
        do
        {
            _isFlattened = false;
            Empty(_root);
        }
        while (_isFlattened);
        Note("rmdir", Syscall.rmdir(_root), _root);
        if (_failure is not null)
        {
            throw _failure;
        }
    }

    private void Empty(string directory)
    {
        foreach (var name in NamesIn(directory))
        {
            var path = $"{directory}/{name}";
            if (Syscall.lstat(path, out var stat) < 0)
            {
                Note("lstat", -1, path);
            }
            else if ((stat.st_mode & FilePermissions.S_IFMT) != FilePermissions.S_IFDIR)
            {
                Note("unlink", Syscall.unlink(path), path);
            }
            else if (stat.st_dev != _device)
            {
                _failure ??= new PosixException("rmdir", Errno.EBUSY, path);
            }
            else
            {
                FileSystem.Unlock(path, stat.st_mode);
                DeleteDirectory(path);
            }
        }
    }

    private void DeleteDirectory(string path)
    {
        if (path.Length < _root.Length + LongestPath)
        {
            Empty(path);
            Note("rmdir", Syscall.rmdir(path), path);
            return;
        }

        _isFlattened |= Note("rename", Syscall.rename(path, $"{_root}/{Guid.NewGuid():N}"), path);
    }

    private IReadOnlyList<string> NamesIn(string directory)
    {
        try
        {
            return RawDirectory.NamesIn(directory);
        }
        catch (PosixException e)
        {
            _failure ??= e;
            return [];
        }
    }

    // What is gone already, is gone.
    private bool Note(string call, int result, string path)
    {
        var errno = result < 0 ? Stdlib.GetLastError() : default;
        if (result < 0 && errno != Errno.ENOENT)
        {
            _failure ??= new PosixException(call, errno, path);
        }

        return result >= 0;
    }
}
