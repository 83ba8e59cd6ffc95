namespace Autoreduction.Control;

/// <summary>A file that an option names.</summary>
internal static class InputFile
{
    /// <summary>Reads it.</summary>
    /// <param name="option">The option.</param>
    /// <param name="path">What it names.</param>
    /// <param name="wanted">What the file should be.</param>
    /// <exception cref="UsageException">It can't be read; says why, and what to do.</exception>
    public static byte[] Read(string option, string path, string wanted)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"{option} {path}: {WhyNot(path, e)}; name {wanted}");
        }
    }

    private static string WhyNot(string path, Exception failure) => failure switch
    {
        _ when Directory.Exists(path) => "is a directory",
        FileNotFoundException or DirectoryNotFoundException => "does not exist",
        UnauthorizedAccessException => "may not be read by this user",
        _ => $"can't be read: {failure.Message}",
    };
}
