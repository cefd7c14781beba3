using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Commands;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Jobs;

/// <param name="Version">From 1, the job as it was created, to the present one.</param>
internal sealed record RevertRequest(long Version);

/// <summary>
/// Gives a job the definition of an earlier version, by new events: the history stays. Whether it is paused does not change, for that
/// says how the job is run today, not what it is.
/// </summary>
internal static class RevertJobEndpoint
{
    private const string Version = "version";

    private static readonly FieldTable<RevertRequest> Fields = new((Version, (request, f) => request with { Version = f.Whole(0) }));

    public static void MapRevertJob(this IEndpointRouteBuilder jobs) => jobs.MapPost("/{id}/revert", HandleAsync)
        .Accepts<RevertRequest>("application/json")
        .Takes(JobRoutes.JobId)
        .Describe(
            "Revert a job to an earlier version",
            "Its definition, header values included, becomes what it was then, as a new version; whether it is paused stays. 'changes' says "
            + "what differed; when nothing did, nothing changes. A deleted job cannot come back.",
            400, 404, 409, 412, 413, 415, 503);

    private static async Task<Results<Ok<JobRevertedAnswer>, Problem>> HandleAsync(
        HttpContext http, PostgresEventStore store, TimeProvider time, CancellationToken cancellation)
    {
        var id = JobRoutes.JobId.Of(http);
        var (body, refusal) = await JsonBody.ReadAsync(http.Request, mayBeEmpty: false, cancellation);
        if (refusal is not null) return refusal;
        var errors = new List<FieldError>();
        var version = Fields.Apply(new(0), new("$", body!.Value, errors)).Version;
        if (errors.Count == 0 && version < 1) errors.Add(new(Version, version == 0 ? null : version, "Required: a version of the job, from 1."));
        if (errors.Count > 0) return Refusals.Invalid(errors);
        var (precondition, malformed) = Precondition.Of(http.Request);
        if (malformed is not null) return malformed;

        var then = await store.AggregateStreamAsync<Folded<Job>>(id, Streams.Job, version, cancellationToken: cancellation);
        Folded<Job>? before = null;
        var outcome = await store.ExecuteAsync<Job>(
            id, Streams.Job, precondition, job => new(Decide(id, before = job, then, version, time.GetUtcNow())), MetadataOf(http, version), cancellation);
        if (outcome.Refusal is not null) return outcome.Refusal;
        http.Response.Tag(outcome.Now!.Version);
        var changes = JobDiff.Between(before!, outcome.Now);
        var message = changes.Count == 0 ? "Job is so already" : "Job reverted successfully";
        return TypedResults.Ok(new JobRevertedAnswer(message, version, changes, JobView.Of(id, outcome.Now, time.GetUtcNow())));
    }

    private static Verdict Decide(Guid id, Folded<Job>? job, Folded<Job>? then, long version, DateTimeOffset now)
    {
        if (job is null or { State.State: JobState.Deleted }) return Verdict.Refuse(JobRoutes.Refusal(id, job));
        if (then is null || then.Version < version)
            return Verdict.Refuse(Refusals.Invalid(new FieldError(Version, version, $"The job has the versions 1 to {job.Version}.")));

        var wanted = then.State.Definition;
        var errors = JobRules.Check(wanted).Select(e => e with { Message = $"Version {version} is not valid any more: {e.Message}" }).ToList();
        if (errors.Count == 0 && wanted.Schedule != job.State.Definition.Schedule && new Timetable(wanted.Schedule).NextAfter(now) is null)
            errors.Add(new(Version, version, "Its schedule never occurs any more; change the job to one that does."));
        return errors.Count > 0 ? Verdict.Refuse(Refusals.Invalid(errors)) : ChangeJob.Decide(job.State, wanted).ToVerdict(id, job);
    }

    private static EventMetadata MetadataOf(HttpContext http, long version)
    {
        var metadata = CommandShell.MetadataOf(http);
        return metadata with { Headers = new Dictionary<string, string>(metadata.Headers!) { ["revertedTo"] = $"{version}" } };
    }
}
