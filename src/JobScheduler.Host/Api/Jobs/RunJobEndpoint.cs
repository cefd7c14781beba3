using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Commands;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Host.Api.Wire;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Jobs;

internal static class RunJobEndpoint
{
    public static void MapRunJob(this IEndpointRouteBuilder jobs) => jobs.MapPost("/{id}/run", HandleAsync)
        .Takes(JobRoutes.JobId)
        .Describe("Run a job now", "Beside its schedule, which does not change; a paused job can be run too. The Location is the execution.", 400, 404, 412, 503);

    private static async Task<Results<Accepted<ExecutionRequestedAnswer>, Problem>> HandleAsync(
        HttpContext http, PostgresEventStore store, TimeProvider time, CancellationToken cancellation)
    {
        var jobId = JobRoutes.JobId.Of(http);
        var (precondition, malformed) = Precondition.Of(http.Request);
        if (malformed is not null) return malformed;
        var job = await store.AggregateStreamAsync<Folded<Job>>(jobId, Streams.Job, cancellationToken: cancellation);
        if (job is null or { State.State: JobState.Deleted }) return JobRoutes.Refusal(jobId, job);
        if (!precondition.Allows(job.Version)) return Refusals.Stale(job.Version);

        var now = InstantText.ToMilliseconds(time.GetUtcNow());
        var id = Guid.CreateVersion7(now);
        var outcome = await store.ExecuteAsync<Execution>(
            id, Streams.Execution, Precondition.None, _ => new(Verdict.Append(new ExecutionRequested(jobId, now))), CommandShell.MetadataOf(http), cancellation);
        if (outcome.Refusal is not null) return outcome.Refusal;
        return TypedResults.Accepted($"/executions/{id}", new ExecutionRequestedAnswer(id));
    }
}
