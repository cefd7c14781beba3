using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Commands;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Events;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Jobs;

/// <param name="Timestamp">When it became so.</param>
/// <param name="By">Who made it so: the X-Actor of the request, else the address that it came from; null: not known.</param>
internal sealed record VersionView(long Version, DateTimeOffset Timestamp, string? By)
{
    public static VersionView Of(StoredEvent last) => new(last.Version, last.Timestamp, Actor.Behind(last));
}

/// <param name="Changes">The fields that differ; empty when none does.</param>
/// <param name="Events">What led from the older to the newer of the two, oldest first.</param>
internal sealed record JobDiffView(
    Guid JobId, VersionView From, VersionView To, IReadOnlyList<FieldChange> Changes, IReadOnlyList<EventView> Events);

internal static class JobDiffEndpoint
{
    private static readonly RequestField<long?> From = RequestField.Number("from", "The version to compare. Default: the one before 'to'.", least: 1);
    private static readonly RequestField<long?> To = RequestField.Number("to", "The version to compare it with. Default: the latest.", least: 1);

    public static void MapJobDiff(this IEndpointRouteBuilder jobs) => jobs.MapGet("/{id}/diff", HandleAsync)
        .Takes(JobRoutes.JobId, From, To)
        .Describe(
            "Compare two versions of a job",
            "Each field that differs, before and after, and the events between. 'from' may be the later one. Header values are secrets: "
            + "both are shown as *** when they are not the same. Also for deleted jobs.",
            400, 404, 503);

    private static async Task<Results<Ok<JobDiffView>, Problem>> HandleAsync(HttpContext http, PostgresEventStore store, CancellationToken cancellation)
    {
        var id = JobRoutes.JobId.Of(http);
        var events = await store.FetchStreamAsync(id, cancellationToken: cancellation);
        if (events is not [{ Data: JobCreated }, ..]) return Refusals.JobNotFound(id);
        var to = To.Of(http) ?? events.Count;
        var from = From.Of(http) ?? Math.Max(1, to - 1);
        if (Math.Max(from, to) > events.Count) return Refusals.JobNotYet(id, $"its version is {events.Count}.");

        var between = events.Skip((int)Math.Min(from, to)).Take((int)Math.Abs(to - from));
        return TypedResults.Ok(new JobDiffView(
            id, View(from), View(to), JobDiff.Between(Fold(from), Fold(to)), [.. between.Select(EventView.Of)]));

        Folded<Job> Fold(long version) => events.Take((int)version).Aggregate((Folded<Job>?)null, Streams.Job)!;

        VersionView View(long version) => VersionView.Of(events[(int)version - 1]);
    }
}
