using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Jobs;

internal static class PauseJobEndpoint
{
    public static void MapPauseJob(this IEndpointRouteBuilder jobs) => jobs.MapPost("/{id}/pause", HandleAsync)
        .Takes(JobRoutes.JobId)
        .Describe("Pause a job", "It does not become due until it is resumed; runs can still be asked for. Pausing a paused job changes nothing.", 400, 404, 409, 412, 503);

    private static async Task<Results<Ok<JobChangedAnswer>, Problem>> HandleAsync(HttpContext http, PostgresEventStore store, TimeProvider time)
    {
        var (job, refusal) = await store.CommandJobAsync(http, PauseJob.Decide);
        if (refusal is not null) return refusal;
        return TypedResults.Ok(new JobChangedAnswer("Job paused successfully", JobView.Of(JobRoutes.JobId.Of(http), job!, time.GetUtcNow())));
    }
}
