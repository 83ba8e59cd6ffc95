namespace Autoreduction.Daemon;

/// <summary>One thing that can be asked over HTTP.</summary>
/// <param name="Method">GET, which serves HEAD too, or POST.</param>
/// <param name="Path">The path; <c>{id}</c> stands for one segment of any content.</param>
/// <param name="Answer">Writes the answer, given what stands for <c>{id}</c>.</param>
internal sealed record HttpRoute(string Method, string Path, Func<HttpContext, string, Task> Answer)
{
    private const string Id = "{id}";

    /// <summary>Whether a path is this one, and what stands for <c>{id}</c> in it.</summary>
    public bool Matches(string path, out string id)
    {
        id = "";
        var (own, other) = (Path.Split('/'), path.Split('/'));
        if (own.Length != other.Length)
        {
            return false;
        }

        for (var i = 0; i < own.Length; i++)
        {
            if (own[i] == Id && other[i].Length > 0)
            {
                id = other[i];
            }
            else if (own[i] != other[i])
            {
                return false;
            }
        }

        return true;
    }
}
