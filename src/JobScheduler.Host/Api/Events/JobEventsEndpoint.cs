using JobScheduler.Domain;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Jobs;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Events;

internal static class JobEventsEndpoint
{
    public static void MapJobEvents(this IEndpointRouteBuilder routes) => routes.MapGet("/jobs/{id}/events", HandleAsync)
        .Takes(JobRoutes.JobId)
        .Describe("Read a job's log", "All its events, oldest first; also of deleted jobs.", 400, 404, 503);

    private static async Task<Results<Ok<EventPage>, Problem>> HandleAsync(HttpContext http, PostgresEventStore store, CancellationToken cancellation)
    {
        var id = JobRoutes.JobId.Of(http);
        var events = await store.FetchStreamAsync(id, cancellationToken: cancellation);
        if (events is not [{ Type.StreamType: EventCatalog.JobStream }, ..]) return Refusals.JobNotFound(id);
        return TypedResults.Ok(new EventPage([.. events.Select(EventView.Of)], events[^1].Sequence));
    }
}
