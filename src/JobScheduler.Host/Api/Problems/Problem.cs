using System.Text.Json;
using System.Text.Json.Serialization;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Api.Wire;

namespace JobScheduler.Host.Api.Problems;

/// <summary>A refusal, as RFC 9457 has it. What there is stands in <see cref="Refusals"/>.</summary>
/// <param name="Kind">The last part of its <c>type</c>; stable.</param>
internal sealed record Problem(int Status, string Kind, string Title, string Detail, IReadOnlyList<FieldError>? Errors = null) : IResult
{
    public const string MediaType = "application/problem+json";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var body = new ProblemBody(
            $"urn:jobscheduler:problem:{Kind}",
            Title,
            Status,
            Detail,
            httpContext.Request.Path,
            Errors is null ? null : [.. Errors.Select(e => new ProblemField(e.Field, e.Value, e.Message))]);
        httpContext.Response.StatusCode = Status;
        httpContext.Response.ContentType = MediaType;
        httpContext.Response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(httpContext.Request.Method)
            ? Task.CompletedTask
            : JsonSerializer.SerializeAsync(httpContext.Response.Body, body, WireJson.Camel, httpContext.RequestAborted);
    }
}

/// <summary>RFC 9457 problem details.</summary>
/// <param name="Type">Names the kind of problem; stable.</param>
/// <param name="Instance">The path that was asked for.</param>
/// <param name="Errors">All that is wrong with the request's fields; absent when the problem is another.</param>
internal sealed record ProblemBody(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Instance,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ProblemField>? Errors);

/// <param name="Field">Its name, nested ones with a dot; <c>$</c>: the body as a whole.</param>
/// <param name="Value">What was given; <c>null</c> when nothing was, or when it may be a secret.</param>
/// <param name="Message">What would be right.</param>
internal sealed record ProblemField(string Field, object? Value, string Message);
