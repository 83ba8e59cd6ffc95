namespace Autoreduction.Contract;

/// <summary>Turns paths as senders write them, often of Windows shares, into local ones.</summary>
public static class PathMap
{
    /// <summary>The local path of <paramref name="path"/>.</summary>
    /// <remarks>
    /// Prefixes match without regard to case, with forward or back slashes, and with the host's name given with or
    /// without its domain. What no prefix matches only gets its back slashes turned.
    /// </remarks>
    public static string ToLocal(string path, IReadOnlyList<PathMapping> map)
    {
        var slashed = path.Replace('\\', '/');
        var shortHost = WithoutDomain(slashed);
        foreach (var mapping in map)
        {
            var from = WithoutDomain(mapping.From.Replace('\\', '/'));
            if (shortHost.StartsWith(from, StringComparison.OrdinalIgnoreCase))
            {
                return mapping.To + shortHost[from.Length..];
            }
        }

        return slashed;
    }

    // "//isis.cclrc.ac.uk/inst$/x" and "//isis/inst$/x" are the same share.
    private static string WithoutDomain(string path)
    {
        if (!path.StartsWith("//", StringComparison.Ordinal))
        {
            return path;
        }

        var hostEnd = path.IndexOf('/', 2);
        var domain = path.IndexOf('.', 2);
        if (hostEnd < 0 || domain < 0 || domain > hostEnd)
        {
            return path;
        }

        // An address in numbers has dots, but no domain.
        var host = path[2..hostEnd];
        return host.All(c => char.IsAsciiDigit(c) || c == '.') ? path : string.Concat(path.AsSpan(0, domain), path.AsSpan(hostEnd));
    }
}
