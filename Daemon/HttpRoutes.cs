using Autoreduction.Contract;

namespace Autoreduction.Daemon;

/// <summary>All that can be asked over HTTP; described in <c>docs/openapi.json</c>.</summary>
internal sealed class HttpRoutes(SupervisorClient supervisor, JobStore store, Metrics metrics)
{
    /// <summary>The size of a body that is taken: a whole message may be sent.</summary>
    public const int MaxBodyBytes = 4 << 20;

    public IReadOnlyList<HttpRoute> All =>
    [
        new("GET", "/status", StatusAsync),
        new("GET", "/jobs", JobsAsync),
        new("GET", "/jobs/{id}", JobAsync),
        new("POST", "/jobs/{id}/cancel", CancelJobAsync),
        new("POST", "/cancel", CancelRunAsync),
        new("POST", "/drain", DrainAsync),
        new("GET", "/metrics", MetricsAsync),
        new("GET", "/", PageAsync),
    ];

    private async Task StatusAsync(HttpContext context, string id) =>
        await context.JsonAsync(await supervisor.StatusAsync(context.RequestAborted), ContractJson.Default.DaemonStatus);

    private async Task JobsAsync(HttpContext context, string id)
    {
        var jobs = await supervisor.JobsAsync(context.RequestAborted);
        await context.JsonAsync(context.Request.Query["all"] == "true" ? WithOlder(jobs) : jobs, ContractJson.Default.IReadOnlyListJobRecord);
    }

    private async Task JobAsync(HttpContext context, string id)
    {
        var jobs = await supervisor.JobsAsync(context.RequestAborted);
        await ((jobs.FirstOrDefault(job => job.Id == id) ?? store.TryReadRecord(id)) is { } job
            ? context.JsonAsync(job, ContractJson.Default.JobRecord)
            : UnknownJobAsync(context, id));
    }

    // Those of which the supervisor has no more than the name.
    private IReadOnlyList<JobRecord> WithOlder(IReadOnlyList<JobRecord> jobs)
    {
        var known = jobs.Select(job => job.Id).ToHashSet();
        return [.. store.Records().Where(job => !known.Contains(job.Id)).Concat(jobs).OrderBy(job => job.Received)];
    }

    private async Task CancelJobAsync(HttpContext context, string id)
    {
        var answer = await supervisor.CancelAsync(id, context.RequestAborted);
        await (answer switch
        {
            null => UnknownJobAsync(context, id),
            { Cancelled.Count: 0 } => context.ErrorAsync(StatusCodes.Status409Conflict, $"job {id} has ended already; its outcome stands"),
            _ => context.JsonAsync(answer, ContractJson.Default.CancelAnswer, StatusCodes.Status202Accepted),
        });
    }

    // The body is a message, or as much of one as says which run is meant.
    private async Task CancelRunAsync(HttpContext context, string id)
    {
        RunRequest request;
        try
        {
            var message = JobMessage.Parse(await BodyAsync(context)).With((MessageKeys.Cancel, true));
            if (!RunRequestReader.TryRead(message, out request, out var error))
            {
                await context.ErrorAsync(StatusCodes.Status400BadRequest, error);
                return;
            }
        }
        catch (MessageFormatException e)
        {
            await context.ErrorAsync(StatusCodes.Status400BadRequest, e.Message);
            return;
        }

        var answer = await supervisor.CancelAsync(request, context.RequestAborted);
        await context.JsonAsync(answer, ContractJson.Default.CancelAnswer, StatusCodes.Status202Accepted);
    }

    private async Task DrainAsync(HttpContext context, string id)
    {
        // Answered first: a daemon without jobs ends at once.
        var status = await supervisor.StatusAsync(context.RequestAborted);
        await context.JsonAsync(status with { State = "stopping" }, ContractJson.Default.DaemonStatus, StatusCodes.Status202Accepted);
        supervisor.Drain();
    }

    private async Task MetricsAsync(HttpContext context, string id)
    {
        var status = await supervisor.StatusAsync(context.RequestAborted);
        await context.TextAsync(MetricsText.ContentType, metrics.Text(status, MetricsProcess.Read(status.Since), DateTimeOffset.Now));
    }

    private async Task PageAsync(HttpContext context, string id)
    {
        var status = await supervisor.StatusAsync(context.RequestAborted);
        var page = new Page(status, await supervisor.JobsAsync(context.RequestAborted), DateTimeOffset.Now);
        context.Response.Headers.ContentSecurityPolicy = PageStyle.Policy;
        await context.TextAsync(Page.ContentType, page.ToString());
    }

    private static Task UnknownJobAsync(HttpContext context, string id) =>
        context.ErrorAsync(StatusCodes.Status404NotFound, $"no job '{id}' is known here; /jobs?all=true lists all");

    private static async Task<byte[]> BodyAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }
}
