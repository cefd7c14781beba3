using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Jobs;

internal static class DeleteJobEndpoint
{
    public static void MapDeleteJob(this IEndpointRouteBuilder jobs) => jobs.MapDelete("/{id}", HandleAsync)
        .Takes(JobRoutes.JobId)
        .Describe("Delete a job", "Its log, executions and alerts stay to be read.", 400, 404, 409, 412, 503);

    private static async Task<Results<NoContent, Problem>> HandleAsync(HttpContext http, PostgresEventStore store)
    {
        var (_, refusal) = await store.CommandJobAsync(http, DeleteJob.Decide);
        if (refusal is not null) return refusal;
        return TypedResults.NoContent();
    }
}
