using System.Buffers;
using Autoreduction.EndToEnd;
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
    private const int HeadBytes = 350;
    private readonly ArrayBufferWriter<byte> _output = new(1 << 20);
    private FrameParser _parser = null!;
    private StompFrame[] _frames = [];
    private byte[] _bytes = [];
    private byte[] _copy = [];

    // A message without a script, one with a usual script, and a large one.
    public static IReadOnlyList<int> Sizes { get; } = [1 << 10, 4 << 10, 200_000];

    [ParamsSource(nameof(Sizes))]
    public int BodyBytes { get; set; }

    internal static IEnumerable<Row> Measure()
    {
        var artifacts = Directory.CreateTempSubdirectory("frame-benchmarks-");
        var job = Job.Default.WithToolchain(new InProcessEmitToolchain(new()))
            .WithIterationTime(TimeInterval.FromMilliseconds(100)).WithWarmupCount(10).WithIterationCount(15);
        var summary = BenchmarkRunner.Run<FrameBenchmarks>(ManualConfig.CreateEmpty().WithArtifactsPath(artifacts.FullName).AddJob(job));
        artifacts.Delete(recursive: true);
        foreach (var size in Sizes)
        {
            foreach (var (method, what) in new[] { (nameof(Parse), "parse"), (nameof(WriteFrames), "write") })
            {
                yield return new("frames", $"{what} frames with bodies of {size:N0} bytes, a frame", "Span.CopyTo", "µs", Times(summary, method, size), Times(summary, nameof(Copy), size), Goal: 8);
            }
        }
    }

    private static double[] Times(Summary summary, string method, int size) =>
    [
        .. summary.Reports.Single(report => report.BenchmarkCase.Descriptor.WorkloadMethod.Name == method && (int)report.BenchmarkCase.Parameters[nameof(BodyBytes)] == size)
            .GetResultRuns().Select(run => run.Nanoseconds / run.Operations / 1000 / FramesOf(size)),
    ];

    [GlobalSetup]
    public void Prepare()
    {
        _frames = [.. Enumerable.Range(0, FramesOf(BodyBytes)).Select(Frame)];
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

    private static int FramesOf(int bodyBytes) => Math.Max(1, ReadBytes / (bodyBytes + HeadBytes));

    private StompFrame Frame(int number) => new("MESSAGE", new StompHeaders(
        [
            new("ack", $"ID:broker-40123-1700000000000-2:{number}"), new("expires", "0"), new("destination", "/queue/ReductionPending"),
            new("subscription", "pending"), new("priority", "4"), new("message-id", $"ID:broker-40123-1700000000000-4:1:1:1:{number}"),
            new("persistent", "true"), new("content-type", "application/json"), new("timestamp", $"17000000000{number:00}"),
        ]), new byte[BodyBytes]);
}
