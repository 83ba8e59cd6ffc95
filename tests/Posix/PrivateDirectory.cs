namespace Autoreduction.Tests.Posix;

/// <summary>A directory of the test's own, gone when disposed.</summary>
internal sealed class PrivateDirectory : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("posix-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
