using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Commands;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Host.Secrets;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Jobs;

internal static class UpdateJobEndpoint
{
    public static void MapUpdateJob(this IEndpointRouteBuilder jobs) => jobs.MapMethods("/{id}", ["PUT", "POST", "PATCH"], HandleAsync)
        .Accepts<JobRequest>("application/json")
        .Takes(JobRoutes.JobId)
        .Describe(
            "Change a job",
            "Only the fields given change; null resets one to its default. What is already so changes nothing. PUT, POST and PATCH do the same.",
            400, 404, 409, 412, 413, 415, 503);

    private static async Task<Results<Ok<JobChangedAnswer>, Problem>> HandleAsync(
        HttpContext http, PostgresEventStore store, SecretStore secrets, TimeProvider time, CancellationToken cancellation)
    {
        var id = JobRoutes.JobId.Of(http);
        var (body, refusal) = await JsonBody.ReadAsync(http.Request, mayBeEmpty: false, cancellation);
        if (refusal is not null) return refusal;
        var (precondition, malformed) = Precondition.Of(http.Request);
        if (malformed is not null) return malformed;

        var kept = new Dictionary<HeaderText, Guid>();
        var outcome = await store.ExecuteAsync<Job>(id, Streams.Job, precondition, DecideAsync, CommandShell.MetadataOf(http), cancellation);
        if (outcome.Refusal is not null) return outcome.Refusal;
        http.Response.Tag(outcome.Now!.Version);
        return TypedResults.Ok(new JobChangedAnswer("Job updated successfully", JobView.Of(id, outcome.Now, time.GetUtcNow())));

        async ValueTask<Verdict> DecideAsync(Folded<Job>? job)
        {
            if (job is null or { State.State: JobState.Deleted }) return Verdict.Refuse(JobRoutes.Refusal(id, job));
            var current = job.State.Definition;
            var (draft, errors) = JobReading.Of(body!.Value, current, time.GetUtcNow());
            if (errors.Count > 0) return Verdict.Refuse(Refusals.Invalid(errors));
            var wanted = draft.Definition;
            if (draft.Headers is { } headers)
            {
                var secured = await secrets.KeepAsync(headers, current.Target.Headers, kept, cancellation);
                wanted = wanted with { Target = wanted.Target with { Headers = secured } };
            }

            return ChangeJob.Decide(job.State, wanted).ToVerdict(id, job);
        }
    }
}
