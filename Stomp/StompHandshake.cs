using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;

namespace Autoreduction.Stomp;

/// <summary>CONNECT and CONNECTED, and what was agreed on by them.</summary>
internal sealed record StompHandshake(PipeReader Reader, FrameParser Parser, StompFrame Connected, StompVersion Version, HeartBeats HeartBeats)
{
    private const int ReadBytes = 64 << 10;

    public static async Task<StompHandshake> MakeAsync(BrokerEndPoint endPoint, StompConnectionOptions options, Stream stream, CancellationToken cancellationToken)
    {
        var output = new ArrayBufferWriter<byte>();
        FrameWriter.Write(output, Connect(endPoint, options), StompVersion.V10);
        await stream.WriteAsync(output.WrittenMemory, cancellationToken);

        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadBytes));
        var parser = new FrameParser(options.Limits);
        var answer = await ReadFrameAsync(reader, parser, cancellationToken);
        var version = answer.Command switch
        {
            "CONNECTED" => VersionOf(answer.Headers["version"]),
            "ERROR" => throw new StompServerErrorException(answer),
            _ => throw new StompProtocolException($"the answer to CONNECT was {answer.Command}"),
        };
        parser.Version = version;
        return new(reader, parser, answer, version, HeartBeats.Agree(options.HeartBeat, answer.Headers["heart-beat"]));
    }

    private static StompFrame Connect(BrokerEndPoint endPoint, StompConnectionOptions options)
    {
        var beat = ((long)options.HeartBeat.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        var headers = new List<StompHeader>
        {
            new("accept-version", "1.0,1.1,1.2"),
            new("host", options.VirtualHost ?? endPoint.Host),
            new("heart-beat", $"{beat},{beat}"),
        };
        if (options.Login is { } login)
        {
            headers.Add(new("login", login));
        }

        if (options.Passcode is { } passcode)
        {
            headers.Add(new("passcode", passcode));
        }

        var connect = StompFrame.Of("CONNECT", [.. headers]);
        try
        {
            HeaderEscaping.Check(connect.Headers, StompVersion.V10);
            return connect;
        }
        catch (ArgumentException e)
        {
            throw new StompConnectionException("login, passcode and host can have no line breaks", e);
        }
    }

    private static async Task<StompFrame> ReadFrameAsync(PipeReader reader, FrameParser parser, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var input = read.Buffer;
            var isWhole = parser.TryParse(ref input, out var frame);

            // What came behind it belongs to the loop that reads.
            reader.AdvanceTo(input.Start, isWhole ? input.Start : input.End);
            if (isWhole)
            {
                return frame;
            }

            if (read.IsCompleted)
            {
                throw new IOException("the broker closed the connection instead of answering CONNECT");
            }
        }
    }

    // No version header: STOMP 1.0.
    private static StompVersion VersionOf(string? version) => version switch
    {
        null or "1.0" => StompVersion.V10,
        "1.1" => StompVersion.V11,
        "1.2" => StompVersion.V12,
        _ => throw new StompProtocolException($"the broker chose version {version}, which was not offered"),
    };
}
