using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Posix;

public sealed class MountPointTests
{
    private static readonly string[] Mounts =
    [
        "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
        "30 22 0:40 / /instrument rw - nfs4 server:/x rw",
        "31 30 0:41 / /instrument/MARI\\040old rw shared:1 - nfs4 server:/y rw",
    ];

    [TestCase("/instrument/LET/RB1", "/instrument")]
    [TestCase("/instrument", "/instrument")]
    [TestCase("/instruments/x", "/")]
    [TestCase("/instrument/MARI old/RB1", "/instrument/MARI old")]
    [TestCase("/", "/")]
    public void The_innermost_one_counts(string path, string expected) => Assert.That(MountPoint.Of(path, Mounts), Is.EqualTo(expected));

    [Test]
    public void This_machines_own_are_read() => Assert.That(MountPoint.Of("/proc/self/stat"), Is.EqualTo("/proc"));
}
