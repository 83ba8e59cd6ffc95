using System.Text;

namespace Autoreduction.Posix;

/// <summary>The arguments of this process, as others see them in /proc/PID/cmdline and by ps(1).</summary>
public static class OwnArguments
{
    /// <summary>Shows others instead, after the program's name; nothing changes where there is no room for them.</summary>
    public static void Replace(IReadOnlyList<string> arguments)
    {
        var shown = OwnMemory.Arguments;
        var name = shown.IndexOf((byte)0) + 1;
        var bytes = Encoding.UTF8.GetBytes(string.Concat(arguments.Select(argument => $"{argument}\0")));
        if (name > 0 && bytes.Length <= shown.Length - name)
        {
            shown[name..].Clear();
            bytes.CopyTo(shown[name..]);
        }
    }
}
