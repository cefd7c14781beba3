using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Jobs;

internal static class ResumeJobEndpoint
{
    public static void MapResumeJob(this IEndpointRouteBuilder jobs) => jobs.MapPost("/{id}/resume", HandleAsync)
        .Takes(JobRoutes.JobId)
        .Describe("Resume a job", "It becomes due again from now on; what it would have run meanwhile is not made up for. Resuming an active job changes nothing.", 400, 404, 409, 412, 503);

    private static async Task<Results<Ok<JobChangedAnswer>, Problem>> HandleAsync(HttpContext http, PostgresEventStore store, TimeProvider time)
    {
        var (job, refusal) = await store.CommandJobAsync(http, ResumeJob.Decide);
        if (refusal is not null) return refusal;
        return TypedResults.Ok(new JobChangedAnswer("Job resumed successfully", JobView.Of(JobRoutes.JobId.Of(http), job!, time.GetUtcNow())));
    }
}
