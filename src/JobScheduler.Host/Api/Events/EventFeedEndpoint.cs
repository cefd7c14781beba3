using System.Globalization;
using JobScheduler.Domain;
using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace JobScheduler.Host.Api.Events;

internal static class EventFeedEndpoint
{
    private const string EventStream = "text/event-stream";
    private static readonly RequestField<long?> After = RequestField.Number("after", "Later than this sequence; default 0, from the beginning.", least: 0);

    /// <summary>On the dashboard too.</summary>
    public static readonly RequestField<string?> Types = RequestField.Text("types", "Only events of these types, separated by commas.", maxLength: 1_000);
    private static readonly RequestField<int> Limit = RequestField.Count("limit", "At most this many; of a stream, how many are read at once.", absent: 100, most: 1_000);

    public static void MapEventFeed(this IEndpointRouteBuilder routes) => routes.MapGet("/events", HandleAsync)
        .Takes(After, Types, Limit)
        .Describe(
            "Read the log",
            "A page of all events in the log's order. With 'Accept: text/event-stream' the same as server-sent events, following live: 'id' is "
            + "the sequence, 'event' the type; Last-Event-ID resumes. A heartbeat without an id comes when nothing else does.",
            400, 503);

    private static async Task<Results<Ok<EventPage>, ServerSentEventsResult<string>, Problem>> HandleAsync(
        HttpContext http, PostgresEventStore store, IHostApplicationLifetime lifetime, CancellationToken cancellation)
    {
        var (after, limit) = (After.Of(http) ?? 0, Limit.Of(http));
        var (types, unknown) = TypesOf(http);
        if (unknown.Count > 0) return Refusals.Invalid(unknown);
        if (!http.Request.GetTypedHeaders().Accept.Any(a => a.MediaType.Equals(EventStream, StringComparison.OrdinalIgnoreCase)))
        {
            var page = await store.FeedAsync(after, types, limit, cancellation);
            return TypedResults.Ok(new EventPage([.. page.Events.Select(EventView.Of)], page.Position));
        }

        if (http.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } last])
        {
            if (!long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out after))
                return Refusals.Invalid(new FieldError("Last-Event-ID", last, "Give the id of an event that was received."));
        }

        http.Response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
        return TypedResults.ServerSentEvents(
            new LiveFeed(store, types, limit).FollowAsync(after, lifetime.ApplicationStopping, cancellation));
    }

    /// <summary>The types that a request asks for by <see cref="Types"/>, <c>null</c>: all; and what is wrong with them.</summary>
    public static (IReadOnlyList<string>? Types, IReadOnlyList<FieldError> Unknown) TypesOf(HttpContext http)
    {
        var types = Types.Of(http)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return (types, [.. types?.Where(t => EventCatalog.All.All(e => e.Name != t)).Select(UnknownType) ?? []]);
    }

    private static FieldError UnknownType(string type)
    {
        var known = EventCatalog.All.Select(e => e.Name).ToList();
        return new("types", type, NearMiss.Unknown("event type", type, known));
    }
}
