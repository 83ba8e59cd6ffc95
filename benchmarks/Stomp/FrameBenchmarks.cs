using System.Buffers;
using Autoreduction.Stomp;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Autoreduction.StompBenchmarks;

/// <summary>A read's worth of MESSAGE frames as ActiveMQ writes them: parsed, written, and copied for comparison.</summary>
/// <remarks>In this process: a project that is made up on the fly would have to follow this solution's rules.</remarks>
[MemoryDiagnoser]
public class FrameBenchmarks
{
    private const int ReadBytes = 64 << 10;
    private readonly ArrayBufferWriter<byte> _output = new(1 << 20);
    private FrameParser _parser = null!;
    private StompFrame[] _frames = [];
    private byte[] _bytes = [];
    private byte[] _copy = [];

    [Params(1 << 10, 200_000)]
    public int BodyBytes { get; set; }

    public static Summary Run(string artifacts) => BenchmarkRunner.Run<FrameBenchmarks>(DefaultConfig.Instance
        .WithArtifactsPath(artifacts)
        .AddJob(Job.Default.WithToolchain(new InProcessEmitToolchain(new())).WithIterationTime(TimeInterval.FromMilliseconds(100)).WithWarmupCount(8).WithIterationCount(11)));

    [GlobalSetup]
    public void Prepare()
    {
        var count = Math.Max(1, ReadBytes / (BodyBytes + 350));
        _frames = [.. Enumerable.Range(0, count).Select(Frame)];
        WriteFrames();
        _bytes = _output.WrittenSpan.ToArray();
        _copy = new byte[_bytes.Length];
        _parser = new FrameParser(new StompLimits()) { Version = StompVersion.V12 };
    }

    [Benchmark(Baseline = true)]
    public void Copy() => _bytes.AsSpan().CopyTo(_copy);

    [Benchmark]
    public int Parse()
    {
        var input = new ReadOnlySequence<byte>(_bytes);
        var count = 0;
        while (_parser.TryParse(ref input, out _))
        {
            count++;
        }

        return count;
    }

    [Benchmark]
    public void WriteFrames()
    {
        _output.ResetWrittenCount();
        foreach (var frame in _frames)
        {
            FrameWriter.Write(_output, frame, StompVersion.V12);
        }
    }

    private StompFrame Frame(int number) => new("MESSAGE", new StompHeaders(
        [
            new("ack", $"ID:broker-40123-1700000000000-2:{number}"), new("expires", "0"), new("destination", "/queue/ReductionPending"),
            new("subscription", "pending"), new("priority", "4"), new("message-id", $"ID:broker-40123-1700000000000-4:1:1:1:{number}"),
            new("persistent", "true"), new("content-type", "application/json"), new("timestamp", $"17000000000{number:00}"),
        ]), new byte[BodyBytes]);
}
