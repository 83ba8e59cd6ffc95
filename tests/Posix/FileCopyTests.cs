using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Posix;

public sealed class FileCopyTests
{
    private PrivateDirectory _directory = null!;

    [SetUp]
    public void SetUp() => _directory = new PrivateDirectory();

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public void Content_is_copied_also_to_another_file_system_and_where_its_size_is_not_known()
    {
        File.WriteAllBytes(_directory["data"], [.. Enumerable.Range(0, 200_000).Select(i => (byte)i)]);
        File.WriteAllText(_directory["empty"], "");
        var elsewhere = Directory.CreateDirectory($"/dev/shm/file-copy-{Guid.NewGuid():N}");
        try
        {
            foreach (var source in (string[])[_directory["data"], _directory["empty"], "/proc/version"])
            {
                foreach (var target in (string[])[_directory["copy"], $"{elsewhere.FullName}/copy"])
                {
                    var copied = Copy(source, target);

                    Assert.That(File.ReadAllBytes(target), Is.EqualTo(File.ReadAllBytes(source)), source);
                    Assert.That(copied, Is.EqualTo(File.ReadAllBytes(source).Length));
                    File.Delete(target);
                }
            }
        }
        finally
        {
            elsewhere.Delete(recursive: true);
        }
    }

    [Test]
    public void Holes_stay_holes()
    {
        const long size = 5L << 30;
        using (var file = File.Create(_directory["sparse"]))
        {
            file.SetLength(size);
            file.Seek(3L << 30, SeekOrigin.Begin);
            file.Write("data"u8);
        }

        var copied = Copy(_directory["sparse"], _directory["copy"]);

        using var copy = File.OpenRead(_directory["copy"]);
        var content = new byte[6];
        copy.Seek((3L << 30) - 1, SeekOrigin.Begin);
        copy.ReadExactly(content);
        FileUse.TryRead(_directory["copy"], out var use);
        Assert.That(copied, Is.EqualTo(size));
        Assert.That(copy.Length, Is.EqualTo(size));
        Assert.That(content, Is.EqualTo("\0data\0"u8.ToArray()));
        Assert.That(use.Bytes, Is.LessThan(1 << 20));
    }

    private static long Copy(string source, string target)
    {
        using var opened = FileCopy.OpenSource(source);
        return FileCopy.Copy(opened, target);
    }
}
