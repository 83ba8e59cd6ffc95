using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Autoreduction.Stomp;

/// <summary>Messages that came and were not taken yet: so many and so many bytes, and no more.</summary>
internal sealed class MessageBuffer(StompLimits limits) : ChannelReader<StompMessage>
{
    private readonly Channel<StompMessage> _channel = Channel.CreateUnbounded<StompMessage>(new() { SingleWriter = true });
    private long _bytes;

    public override Task Completion => _channel.Reader.Completion;

    public override bool CanCount => true;

    public override int Count => _channel.Reader.Count;

    /// <summary>Adds a message; nothing happens once the buffer is complete.</summary>
    /// <exception cref="StompProtocolException">There are too many.</exception>
    public void Add(StompMessage message)
    {
        var before = Interlocked.Add(ref _bytes, message.Size) - message.Size;
        if (Count >= limits.BufferedMessages || (before > 0 && before + message.Size > limits.BufferedBytes))
        {
            throw new StompProtocolException(
                $"more than {limits.BufferedMessages} messages or {limits.BufferedBytes} bytes of them wait to be taken; lower the prefetch");
        }

        _channel.Writer.TryWrite(message);
    }

    public void Complete(Exception? reason) => _channel.Writer.TryComplete(reason);

    public override bool TryRead([MaybeNullWhen(false)] out StompMessage item)
    {
        if (!_channel.Reader.TryRead(out item))
        {
            return false;
        }

        Interlocked.Add(ref _bytes, -item.Size);
        return true;
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => _channel.Reader.WaitToReadAsync(cancellationToken);
}
