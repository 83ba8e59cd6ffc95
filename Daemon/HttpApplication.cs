using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Autoreduction.Daemon;

/// <summary>Finds the route of a request, and turns what goes wrong into an answer.</summary>
internal sealed class HttpApplication(IReadOnlyList<HttpRoute> routes, HttpAccess access) : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            await FailAsync(context, e);
        }
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // Nothing is kept for a request.
    }

    private Task AnswerAsync(HttpContext context)
    {
        if (access.Refusal(context) is { } refusal)
        {
            return context.ErrorAsync(refusal.Status, refusal.Words);
        }

        var (path, method) = (context.Request.Path.Value ?? "", context.Request.Method);
        var known = routes.Where(route => route.Matches(path, out _)).ToList();
        if (known.Count == 0)
        {
            return context.ErrorAsync(StatusCodes.Status404NotFound, $"nothing is here; there are {string.Join(", ", routes.Select(route => route.Path))}");
        }

        var asked = HttpMethods.IsHead(method) ? HttpMethods.Get : method;
        if (known.Find(route => route.Method == asked) is { } found)
        {
            found.Matches(path, out var id);
            return found.Answer(context, id);
        }

        var allowed = string.Join(", ", known.SelectMany(route => route.Method == HttpMethods.Get ? [HttpMethods.Get, HttpMethods.Head] : new[] { route.Method }));
        context.Response.Headers.Allow = allowed;
        return context.ErrorAsync(StatusCodes.Status405MethodNotAllowed, $"{path} takes {allowed}");
    }

    private static Task FailAsync(HttpContext context, Exception failure)
    {
        switch (failure)
        {
            case BadHttpRequestException bad:
                return context.ErrorAsync(bad.StatusCode, bad.Message);
            case TimeoutException:
                return context.ErrorAsync(StatusCodes.Status503ServiceUnavailable, "the daemon's main loop does not answer; look at its log");
            case IOException:
                return context.ErrorAsync(StatusCodes.Status503ServiceUnavailable, failure.Message);
            default:
                Log.Unexpected($"answering {context.Request.Method} {context.Request.Path}", failure);
                return context.ErrorAsync(StatusCodes.Status500InternalServerError, "unexpected failure; look at the daemon's log");
        }
    }
}
