using Autoreduction.Posix.Interop;

namespace Autoreduction.Posix;

/// <summary>Another user's rights on files, held by one thread until disposed on it.</summary>
public readonly ref struct FileRights
{
    private readonly uint _formerUid;
    private readonly uint _formerGid;

    internal FileRights(uint uid, uint gid)
    {
        // Group first: it needs the rights that the user change takes away.
        _formerGid = (uint)Libc.setfsgid(gid);
        _formerUid = (uint)Libc.setfsuid(uid);

        // They answer the former id, also where they fail.
        if (Libc.setfsuid(uint.MaxValue) != uid || Libc.setfsgid(uint.MaxValue) != gid)
        {
            Dispose();
            throw new UnauthorizedAccessException($"this process may not act for user {uid}");
        }
    }

    /// <summary>Gives them back.</summary>
    public void Dispose()
    {
        _ = Libc.setfsuid(_formerUid);
        _ = Libc.setfsgid(_formerGid);
    }
}
