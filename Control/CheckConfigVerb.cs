using Autoreduction.Contract;

namespace Autoreduction.Control;

/// <summary><c>check-config</c>: the settings in effect on standard output, as TOML without secrets; the verdict on standard error.</summary>
internal static class CheckConfigVerb
{
    public static int Run(Settings settings, string path)
    {
        Console.Write(SettingsText.Of(settings));
        foreach (var warning in settings.Warnings)
        {
            Console.Error.WriteLine($"warning: {warning}");
        }

        Console.Error.WriteLine($"{path}: settings are good{(settings.Warnings.Count > 0 ? ", but see the warnings" : "")}");
        return ExitCodes.Success;
    }
}
