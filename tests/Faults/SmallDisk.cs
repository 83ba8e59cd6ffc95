using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>A file system of 2 MiB in the place of a directory, that can be filled and made read-only.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _path;

    private SmallDisk(string path) => _path = path;

    private string Ballast => Path.Combine(_path, "ballast");

    /// <summary>Mounts it; without the right to, the test is skipped.</summary>
    public static async Task<SmallDisk> MountAsync(string path, CancellationToken token)
    {
        var (code, said) = await Programs.RunAsync(["mount", "-t", "tmpfs", "-o", "size=2m,mode=755", "tmpfs", path], token);
        if (code != 0)
        {
            Assert.Ignore($"needs to mount a small file system (root, with CAP_SYS_ADMIN): {said}");
        }

        return new SmallDisk(path);
    }

    /// <summary>Leaves no room for another byte.</summary>
    public void Fill()
    {
        using var file = File.Create(Ballast, bufferSize: 0);
        foreach (var size in (int[])[64 << 10, 4 << 10])
        {
            try
            {
                while (true)
                {
                    file.Write(new byte[size]);
                }
            }
            catch (IOException)
            {
                // No room for that much: that is the aim.
            }
        }
    }

    /// <summary>Leaves a file no room in the last block that it has already.</summary>
    public static void FillLastBlock(string path)
    {
        const int block = 4096;
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        file.Write(new byte[block - (int)(file.Length % block)]);
    }

    /// <summary>Makes room again.</summary>
    public void Free() => File.Delete(Ballast);

    /// <summary>Allows no writing, or allows it again.</summary>
    public async Task RemountAsync(string how, CancellationToken token)
    {
        var (code, said) = await Programs.RunAsync(["mount", "-o", $"remount,{how}", _path], token);
        Assert.That(code, Is.Zero, said);
    }

    public async ValueTask DisposeAsync() => await Programs.RunAsync(["umount", "--lazy", _path], CancellationToken.None);
}
