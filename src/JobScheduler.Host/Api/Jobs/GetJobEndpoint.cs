using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Api.Commands;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Projections.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Jobs;

internal static class GetJobEndpoint
{
    public static void MapGetJob(this IEndpointRouteBuilder jobs) => jobs.MapGet("/{id}", HandleAsync)
        .Takes(JobRoutes.JobId)
        .InEitherStyle()
        .Describe("Fetch a job", "With its version as the ETag; If-None-Match with that answers 304.", 400, 404, 503)
        .Produces(StatusCodes.Status304NotModified);

    private static async Task<Results<Ok<JobDetail>, StatusCodeHttpResult, Problem>> HandleAsync(
        HttpContext http, JobQueries jobs, TimeProvider time, CancellationToken cancellation)
    {
        var id = JobRoutes.JobId.Of(http);
        if (await jobs.FindAsync(id, cancellation) is not { } job) return Refusals.JobNotFound(id);
        if (job.State == JobState.Deleted) return Refusals.JobDeleted(id);
        http.Response.Tag(job.Version);
        if (Precondition.IsKnown(http.Request, job.Version)) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Ok(new JobDetail(job, time.GetUtcNow()));
    }
}
