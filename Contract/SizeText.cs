using System.Globalization;

namespace Autoreduction.Contract;

/// <summary>Sizes as the settings write them.</summary>
internal static class SizeText
{
    /// <summary>"8GiB" for 8 × 2^30, the number of bytes where no unit fits, "" for 0.</summary>
    public static string Of(long bytes)
    {
        if (bytes == 0)
        {
            return "";
        }

        const string units = "KMGT";
        var unit = -1;
        while (unit < units.Length - 1 && bytes % 1024 == 0)
        {
            bytes /= 1024;
            unit++;
        }

        return bytes.ToString(CultureInfo.InvariantCulture) + (unit < 0 ? "" : $"{units[unit]}iB");
    }
}
