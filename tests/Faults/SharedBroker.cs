using Autoreduction.Tests.EndToEnd;
using NUnit.Framework;

namespace Autoreduction.Tests.Faults;

/// <summary>One real broker for all experiments that do nothing to it; each has queues of its own.</summary>
[SetUpFixture]
public sealed class SharedBroker
{
    private static readonly string Root = Directory.CreateTempSubdirectory("broker-").FullName;

    // Started for the first experiment that asks.
    private static readonly Lazy<Task<PrivateActiveMq>> Broker = new(() => PrivateActiveMq.StartAsync(Path.Combine(Root, "broker"), CancellationToken.None));

    internal static Task<PrivateActiveMq> GetAsync() => Broker.Value;

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (Broker.IsValueCreated)
        {
            (await Broker.Value).Dispose();
        }

        Directory.Delete(Root, recursive: true);
    }
}
