using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Autoreduction.Contract;

namespace Autoreduction.Daemon;

/// <summary>Writes answers: JSON, other text, and errors with words.</summary>
internal static class HttpAnswers
{
    public static Task JsonAsync<T>(this HttpContext context, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) =>
        context.TextAsync("application/json", JsonSerializer.Serialize(value, type) + "\n", status);

    public static Task ErrorAsync(this HttpContext context, int status, string words) =>
        context.JsonAsync(new ErrorAnswer(words), ContractJson.Default.ErrorAnswer, status);

    public static async Task TextAsync(this HttpContext context, string contentType, string text, int status = StatusCodes.Status200OK)
    {
        var body = System.Text.Encoding.UTF8.GetBytes(text);
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }
}
