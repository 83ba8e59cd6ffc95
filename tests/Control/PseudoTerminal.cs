using System.Diagnostics;
using System.Text;

namespace Autoreduction.Tests.Control;

/// <summary>A program that a person looks at: its output is a terminal, by script(1).</summary>
internal sealed class PseudoTerminal : IDisposable
{
    private readonly Process _script;
    private readonly StringBuilder _seen = new();

    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">Variables beside TERM.</param>
    public PseudoTerminal(string[] command, params (string Name, string Value)[] environment)
    {
        var line = string.Join(' ', command.Select(word => $"'{word}'"));
        var start = new ProcessStartInfo("script", ["-q", "-e", "-c", $"exec {line}", "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["TERM"] = "xterm";
        start.Environment.Remove("NO_COLOR");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _script = Process.Start(start)!;
    }

    /// <summary>Reads until a text has been shown.</summary>
    public async Task SeeAsync(string text, CancellationToken token)
    {
        var buffer = new char[4096];
        while (!_seen.ToString().Contains(text))
        {
            var count = await _script.StandardOutput.ReadAsync(buffer, token);
            if (count == 0)
            {
                throw new InvalidOperationException($"'{text}' was never shown, but: {_seen}");
            }

            _seen.Append(buffer, 0, count);
        }
    }

    /// <summary>The exit code, and all that was shown.</summary>
    public async Task<(int Code, string Seen)> EndAsync(CancellationToken token)
    {
        _seen.Append(await _script.StandardOutput.ReadToEndAsync(token));
        await _script.WaitForExitAsync(token);
        return (_script.ExitCode, _seen.ToString());
    }

    /// <summary>The terminal is closed, which ends what runs on it.</summary>
    public void Dispose()
    {
        _script.Kill();
        _script.WaitForExit();
        _script.Dispose();
    }
}
