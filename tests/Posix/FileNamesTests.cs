using Autoreduction.Posix;
using NUnit.Framework;

namespace Autoreduction.Tests.Posix;

public sealed class FileNamesTests
{
    private PrivateDirectory _directory = null!;

    [SetUp]
    public void SetUp() => _directory = new PrivateDirectory();

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public void Names_that_are_no_UTF_8_are_read_as_latin_1_and_stay_apart()
    {
        Python.Run(_directory.Root, "[open(name, 'wb').write(name) for name in (b'caf\\xe9', b'caf\\xc3\\xa9', b'\\xff' * 255, b'plain')]");

        var repaired = FileNames.Repair(_directory.Root);

        var longest = new string('\u00ff', 125);
        Assert.That(repaired, Is.EquivalentTo(new[] { "caf\u00e9.2", longest }));
        Assert.That(Directory.GetFiles(_directory.Root).Select(Path.GetFileName), Is.EquivalentTo(new[] { "caf\u00e9", "caf\u00e9.2", longest, "plain" }));
        Assert.That(File.ReadAllBytes(_directory["caf\u00e9.2"]), Is.EqualTo("caf\u00e9"u8.ToArray()[..3].Append((byte)0xe9)));
        Assert.That(FileNames.Repair(_directory.Root), Is.Empty);
    }
}
