using System.Diagnostics;
using System.Globalization;

namespace Autoreduction.StompBenchmarks;

/// <summary>A client in a process of its own, which does a round when it is told to.</summary>
internal sealed class ClientProcess : IDisposable
{
    private readonly Process _process;

    /// <param name="program">The program.</param>
    /// <param name="args">What it is told besides the port and its queue, before them.</param>
    /// <param name="port">The port of the peer.</param>
    public ClientProcess(string program, string args, int port) => _process = Process.Start(
        new ProcessStartInfo(program, [args, port.ToString(CultureInfo.InvariantCulture), $"/queue/{Path.GetFileNameWithoutExtension(args)}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,

            // As in programs that are compiled natively, nothing is compiled again underway.
            Environment = { ["DOTNET_TieredCompilation"] = "0" },
        })!;

    public async Task<(double Wall, double Processor)> RoundAsync(Load load)
    {
        await _process.StandardInput.WriteLineAsync(load.ToString());
        await _process.StandardInput.FlushAsync();
        var answer = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"a client ended in: {load}");
        return answer.Split(' ') is [var wall, var processor]
            ? (double.Parse(wall, CultureInfo.InvariantCulture), double.Parse(processor, CultureInfo.InvariantCulture))
            : throw new FormatException(answer);
    }

    // It ends with its standard input.
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
