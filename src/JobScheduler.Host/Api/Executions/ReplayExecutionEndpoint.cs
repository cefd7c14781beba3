using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Commands;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Jobs;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Host.Api.Wire;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Executions;

/// <param name="ExecutionId">Of the new run.</param>
/// <param name="JobVersion">The version of the job that it is run with.</param>
internal sealed record ReplayRequestedAnswer(Guid ExecutionId, Guid ReplayOf, Guid JobId, long JobVersion);

internal static class ReplayExecutionEndpoint
{
    private static readonly RequestField<Guid> OriginId = RequestField.Id("id", "The execution to repeat.");

    public static void MapReplayExecution(this IEndpointRouteBuilder routes) => routes.MapPost("/executions/{id}/replay", HandleAsync)
        .Takes(OriginId)
        .Describe(
            "Replay an execution",
            "Runs it once more, now, as its job was then: what it calls, and how. It is a new execution, with an id of its own, that names this "
            + "one as 'replayOf'. Also for a skipped one and for the first of missed occurrences; not for one that is open, nor of a deleted job.",
            400, 404, 409, 503);

    private static async Task<Results<Accepted<ReplayRequestedAnswer>, Problem>> HandleAsync(
        HttpContext http, PostgresEventStore store, TimeProvider time, CancellationToken cancellation)
    {
        var originId = OriginId.Of(http);
        var folded = await store.AggregateStreamAsync<Folded<Execution>>(originId, Streams.Execution, cancellationToken: cancellation);
        if (folded is not { State: var origin }) return Refusals.ExecutionNotFound(originId);
        if (origin.Status == ExecutionStatus.Open) return Refusals.ExecutionOpen(originId);
        var job = await store.AggregateStreamAsync<Folded<Job>>(origin.JobId, Streams.Job, cancellationToken: cancellation);
        if (job is null or { State.State: JobState.Deleted }) return JobRoutes.Refusal(origin.JobId, job);

        var version = origin.JobVersion ?? await VersionThenAsync(store, origin, cancellation);
        var now = InstantText.ToMilliseconds(time.GetUtcNow());
        var id = Guid.CreateVersion7(now);
        await store.AppendAsync(
            id,
            ExpectedVersion.NoStream,
            [new ExecutionRequested(origin.JobId, now, originId, version)],
            CommandShell.MetadataOf(http),
            cancellation);
        return TypedResults.Accepted($"/executions/{id}", new ReplayRequestedAnswer(id, originId, origin.JobId, version));
    }

    /// <summary>What the last attempt was made with; of what was never sent, the definition at its instant.</summary>
    private static async Task<long> VersionThenAsync(PostgresEventStore store, Execution origin, CancellationToken cancellation)
    {
        var at = origin.Attempts is [.., var last] ? last.StartedAt : origin.ScheduledFor;
        var then = await store.AggregateStreamAsync<Folded<Job>>(origin.JobId, Streams.Job, timestamp: at, cancellationToken: cancellation);
        return then?.Version ?? 1;
    }
}
