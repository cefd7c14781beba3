using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Commands;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Host.Api.Wire;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Jobs;

internal static class JobAsOfEndpoint
{
    private static readonly RequestField<long?> Version = RequestField.Number("version", "After this many changes, its creation being the first.", least: 1);
    private static readonly RequestField<DateTimeOffset?> At = RequestField.Instant("at", "At this instant.");

    public static void MapJobAsOf(this IEndpointRouteBuilder jobs) => jobs.MapGet("/{id}/as-of", HandleAsync)
        .Takes(JobRoutes.JobId, Version, At)
        .InEitherStyle()
        .Describe(
            "Fetch a job as it was",
            "Give either 'version' or 'at'. Also for deleted jobs. 'nextExecutionTime' is the one that was next then.",
            400, 404, 503);

    private static async Task<Results<Ok<JobAsOf>, Problem>> HandleAsync(HttpContext http, PostgresEventStore store, CancellationToken cancellation)
    {
        var (id, version, at) = (JobRoutes.JobId.Of(http), Version.Of(http), At.Of(http));
        if (version is null == at is null) return Refusals.Invalid(new FieldError("version", version, "Give either 'version' or 'at'."));
        var job = await store.AggregateStreamAsync<Folded<Job>>(id, Streams.Job, version, EndOf(at), cancellation);
        if (job is not null && !(job.Version < version))
            return TypedResults.Ok(new JobAsOf(id, job.Version, job.UpdatedAt, JobView.Of(id, job, at ?? job.UpdatedAt)));

        var now = job ?? await store.AggregateStreamAsync<Folded<Job>>(id, Streams.Job, cancellationToken: cancellation);
        if (now is null) return Refusals.JobNotFound(id);
        return Refusals.JobNotYet(id, at is null ? $"its version is {now.Version}." : $"it was created at {InstantText.Of(now.CreatedAt)}.");
    }

    /// <summary>Instants on the wire are whole milliseconds, those in the log are finer: the whole millisecond counts.</summary>
    private static DateTimeOffset? EndOf(DateTimeOffset? at) =>
        at > DateTimeOffset.MaxValue.AddMilliseconds(-1) ? at : at?.AddTicks(TimeSpan.TicksPerMillisecond - TimeSpan.TicksPerMicrosecond);
}
