using System.Text.Json;
using System.Threading.Channels;
using Autoreduction.Contract;

namespace Autoreduction.Daemon;

/// <summary>Answers HTTP on a Unix socket: <c>/status</c> and <c>/jobs</c>, as JSON.</summary>
internal static class StatusServer
{
    private const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    public static async Task<WebApplication> StartAsync(string socketPath, ChannelWriter<DaemonEvent> events)
    {
        // A socket that a dead daemon left; ours is the lock.
        File.Delete(socketPath);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socketPath));
        var server = builder.Build();
        server.Run(context => AnswerAsync(context, events));
        await server.StartAsync();
        File.SetUnixFileMode(socketPath, OwnerAndGroup);
        return server;
    }

    private static Task AnswerAsync(HttpContext context, ChannelWriter<DaemonEvent> events) => context.Request.Path.Value switch
    {
        "/status" => AskAsync<DaemonStatus>(context, events, answer => new DaemonEvent.StatusAsked(answer), status => JsonSerializer.Serialize(status, ContractJson.Default.DaemonStatus)),
        "/jobs" => AskAsync<IReadOnlyList<JobRecord>>(context, events, answer => new DaemonEvent.JobsAsked(answer), jobs => JsonSerializer.Serialize(jobs, ContractJson.Default.IReadOnlyListJobRecord)),
        _ => NotFoundAsync(context),
    };

    private static async Task AskAsync<T>(
        HttpContext context, ChannelWriter<DaemonEvent> events, Func<TaskCompletionSource<T>, DaemonEvent> ask, Func<T, string> write)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        events.TryWrite(ask(answer));
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(write(await answer.Task.WaitAsync(context.RequestAborted)) + "\n");
    }

    private static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync("there are /status and /jobs\n");
    }
}
