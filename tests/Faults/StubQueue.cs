using System.Collections.Concurrent;
using System.Text;
using Autoreduction.Stomp;
using Autoreduction.Tests.Stomp;

namespace Autoreduction.Tests.Faults;

/// <summary>
/// What a script of a <see cref="ScriptedBroker"/> needs to look like a broker to the three programs: it confirms what
/// asks for it, delivers when somebody subscribes, and notes what is sent and acknowledged.
/// </summary>
internal sealed class StubQueue
{
    private readonly ConcurrentQueue<(string Destination, string Body)> _sent = [];
    private readonly ConcurrentQueue<string> _acknowledged = [];

    /// <summary>Sends messages to who has subscribed.</summary>
    public Func<ScriptedSession, Task> OnSubscribed { get; init; } = _ => Task.CompletedTask;

    /// <summary>Answers a frame in its own way; false: as usual.</summary>
    public Func<ScriptedSession, StompFrame, Task<bool>> Instead { get; init; } = (_, _) => Task.FromResult(false);

    public IReadOnlyCollection<(string Destination, string Body)> Sent => _sent;

    /// <summary>The ack ids, each as often as it came.</summary>
    public IReadOnlyCollection<string> Acknowledged => _acknowledged;

    /// <summary>How many transactions were committed.</summary>
    public int Commits { get; private set; }

    /// <summary>How many were taken back.</summary>
    public int Aborts { get; private set; }

    /// <summary>The rest of a session, from CONNECT on.</summary>
    public async Task ServeAsync(ScriptedSession session)
    {
        await session.WelcomeAsync();
        while (true)
        {
            var frame = await session.ReadAsync();
            if (await Instead(session, frame))
            {
                continue;
            }

            switch (frame.Command)
            {
                case "COMMIT":
                    Commits++;
                    break;
                case "ABORT":
                    Aborts++;
                    break;
                case "SEND":
                    _sent.Enqueue((frame.Headers["destination"]!, Encoding.UTF8.GetString(frame.Body.Span)));
                    break;
                case "ACK":
                    _acknowledged.Enqueue(frame.Headers["id"]!);
                    break;
            }

            // Last: who has the receipt may look.
            if (frame.Headers["receipt"] is not null)
            {
                await session.ReceiptAsync(frame);
            }

            if (frame.Command == "SUBSCRIBE")
            {
                await OnSubscribed(session);
            }
        }
    }

    /// <summary>Delivers a run under a message-id and an ack id.</summary>
    public static Task DeliverAsync(ScriptedSession session, string messageId, string ackId, byte[] body) =>
        session.SendAsync("MESSAGE", body, ("subscription", "pending"), ("message-id", messageId), ("destination", "/queue/ReductionPending"), ("ack", ackId), ("persistent", "true"));
}
