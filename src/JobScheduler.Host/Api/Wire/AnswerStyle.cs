using JobScheduler.Host.Api.Requests;
using Microsoft.OpenApi;

namespace JobScheduler.Host.Api.Wire;

/// <summary>Writes the answers of endpoints that take <see cref="Style"/> in the style asked for.</summary>
internal static class AnswerStyle
{
    private const string Snake = "snake";
    private const string Camel = "camel";

    public static readonly RequestField<string?> Style = new(
        "style",
        ParameterLocation.Query,
        "snake: names in snake_case, instants as Unix milliseconds, success as 1 or 0. Default camel.",
        () => new() { Type = JsonSchemaType.String, Enum = [Camel, Snake] },
        $"Give {Camel} or {Snake}.",
        (string text, out string? style) => (style = text) is Snake or Camel);

    public static async ValueTask<object?> Filter(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        var http = context.HttpContext;
        if (!http.Items.TryGetValue(Style, out var style) || style is not Snake) return result;
        while (result is INestedHttpResult nested) result = nested.Result;
        return result is IValueHttpResult { Value: { } value }
            ? TypedResults.Json(value, WireJson.Snake, statusCode: (result as IStatusCodeHttpResult)?.StatusCode)
            : result;
    }
}
