using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Commands;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Host.Secrets;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Jobs;

internal static class CreateJobEndpoint
{
    public static void MapCreateJob(this IEndpointRouteBuilder jobs) => jobs.MapPost("", HandleAsync)
        .Accepts<JobRequest>("application/json")
        .Describe("Create a job", "Needs 'api' and either 'schedule' or 'runAt'; all else has a default. The ETag is the job's version.", 400, 413, 415, 503);

    private static async Task<Results<Created<JobCreatedAnswer>, Problem>> HandleAsync(
        HttpContext http, PostgresEventStore store, SecretStore secrets, TimeProvider time, CancellationToken cancellation)
    {
        var (body, refusal) = await JsonBody.ReadAsync(http.Request, mayBeEmpty: false, cancellation);
        if (refusal is not null) return refusal;
        var now = time.GetUtcNow();
        var (draft, errors) = JobReading.Of(body!.Value, current: null, now);
        if (errors.Count > 0) return Refusals.Invalid(errors);

        var definition = draft.Definition;
        if (draft.Headers is { } headers)
        {
            definition = definition with { Target = definition.Target with { Headers = await secrets.KeepAsync(headers, [], [], cancellation) } };
        }

        var id = Guid.CreateVersion7(now);
        // Nobody else knows the id: there is nothing to load, and no conflict to meet.
        await store.AppendAsync(id, ExpectedVersion.NoStream, [CreateJob.Decide(definition)], CommandShell.MetadataOf(http), cancellation);
        http.Response.Tag(version: 1);
        return TypedResults.Created($"/jobs/{id}", new JobCreatedAnswer(id, new Timetable(definition.Schedule).NextAfter(now)));
    }
}
