namespace Autoreduction.Posix;

/// <summary>Permission bits of new files.</summary>
public static class FileBits
{
    /// <summary>0600: the owner reads and writes.</summary>
    public const int OwnerOnly = 0x180;

    /// <summary>0644: others read.</summary>
    public const int Readable = 0x1A4;
}
