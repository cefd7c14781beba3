using JobScheduler.EventStore;
using Microsoft.OpenApi;

namespace JobScheduler.Host.Api.Requests;

/// <summary>
/// Who makes a change, as the client says in <c>X-Actor</c>. It is kept with the events and shown wherever they are; nobody verifies
/// it: that is for the proxy that authenticates.
/// </summary>
internal static class Actor
{
    private const int MaxLength = 200;
    private const string Header = "actor";

    public static readonly RequestField<string?> Field = new(
        "X-Actor",
        ParameterLocation.Header,
        "Who makes this change; kept with its events.",
        () => new() { Type = JsonSchemaType.String, MaxLength = MaxLength },
        $"Give 1 to {MaxLength} printable ASCII characters, such as 'ann@example.com'.",
        (string text, out string? actor) =>
            (actor = text.Trim()).Length is > 0 and <= MaxLength && actor.All(c => c is >= ' ' and <= '~'));

    /// <summary>What is kept of a request with the events that it leads to.</summary>
    public static Dictionary<string, string> HeadersOf(HttpContext http)
    {
        var headers = new Dictionary<string, string> { ["via"] = "api", ["remote"] = http.Connection.RemoteIpAddress?.ToString() ?? "unknown" };
        if (Field.Of(http) is { } actor) headers[Header] = actor;
        return headers;
    }

    /// <summary>Who is behind an event: whom the client named, else the address it came from; <c>null</c>: the scheduler itself.</summary>
    public static string? Behind(StoredEvent stored) =>
        stored.Metadata.Headers is not { } headers ? null : headers.GetValueOrDefault(Header) ?? headers.GetValueOrDefault("remote");
}
