using Autoreduction.Contract;
using Autoreduction.Control;
using NUnit.Framework;

namespace Autoreduction.Tests.Control;

public sealed class CommandLineTests
{
    [TestCase(SettingsFile.DefaultPath, "autoreduction-ctl stop")]
    [TestCase("/srv/a-b/c_1.toml", "autoreduction-ctl --config /srv/a-b/c_1.toml stop")]
    [TestCase("/srv/it's $HOME.toml", "autoreduction-ctl --config '/srv/it'\\''s $HOME.toml' stop")]
    public void It_names_the_settings_file_unless_that_is_the_default(string settingsPath, string expected) =>
        Assert.That(CommandLine.Of(settingsPath, "stop"), Is.EqualTo(expected));
}
