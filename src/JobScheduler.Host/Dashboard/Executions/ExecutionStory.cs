using JobScheduler.EventStore;
using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Api.Commands;
using JobScheduler.Projections.Alerts;
using JobScheduler.Projections.Executions;

namespace JobScheduler.Host.Dashboard.Executions;

/// <summary>A version of a job, and since when it was the newest.</summary>
internal sealed record JobVersion(long Number, DateTimeOffset Since, Job Job);

/// <summary>An execution with all that its page tells of it.</summary>
/// <param name="Events">Its stream, oldest first; at least one.</param>
/// <param name="Versions">Of its job, oldest first; at least one, save in a broken log.</param>
/// <param name="Alert">That it raised; <c>null</c>: none.</param>
internal sealed record ExecutionStory(
    Guid Id,
    Execution Execution,
    IReadOnlyList<StoredEvent> Events,
    IReadOnlyList<JobVersion> Versions,
    (Guid? Previous, Guid? Next) Neighbours,
    AlertRow? Alert)
{
    /// <summary>When the last thing happened to it.</summary>
    public DateTimeOffset UpdatedAt => Events[^1].Timestamp;

    public bool IsOpen => Execution.Status == ExecutionStatus.Open;

    public JobOccurrencesMissed? Missed => Events[0].Data as JobOccurrencesMissed;

    public JobVersion Newest => Versions[^1];

    /// <summary>The version of the job that an attempt was made with, or, without one, is or would be made with.</summary>
    public JobVersion VersionAt(AttemptResult? attempt)
    {
        if (Execution.JobVersion is { } replayed && Versions.FirstOrDefault(v => v.Number == replayed) is { } version) return version;
        var at = attempt?.StartedAt ?? (IsOpen ? DateTimeOffset.MaxValue : Execution.ScheduledFor);
        return Versions.LastOrDefault(v => v.Since <= at) ?? Versions[0];
    }

    /// <summary>When the attempt after this one is, or was, due; <c>null</c>: there is none.</summary>
    public DateTimeOffset? RetryAfter(AttemptResult attempt) =>
        Events.Select(e => e.Data).OfType<ExecutionAttemptFailed>().FirstOrDefault(e => e.Result.Attempt == attempt.Attempt)?.RetryAt;

    /// <returns><c>null</c> when there is no such execution.</returns>
    public static async Task<ExecutionStory?> ReadAsync(
        Guid id, PostgresEventStore store, ExecutionQueries executions, AlertQueries alerts, CancellationToken cancellation)
    {
        var events = await store.FetchStreamAsync(id, cancellationToken: cancellation);
        if (events is not [{ Data: ExecutionEvent }, ..]) return null;
        var execution = events.Aggregate((Folded<Execution>?)null, Streams.Execution)!.State;
        var versions = VersionsOf(await store.FetchStreamAsync(execution.JobId, cancellationToken: cancellation));
        var alert = execution.Status == ExecutionStatus.Failed ? await alerts.FindAsync(RaiseAlert.AlertIdOf(id), cancellation) : null;
        return new(id, execution, events, versions, await executions.NeighboursAsync(execution.JobId, id, cancellation), alert);
    }

    private static List<JobVersion> VersionsOf(IReadOnlyList<StoredEvent> events)
    {
        var versions = new List<JobVersion>();
        Folded<Job>? job = null;
        foreach (var stored in events)
        {
            job = Streams.Job(job, stored);
            if (job is not null) versions.Add(new(job.Version, job.UpdatedAt, job.State));
        }

        return versions;
    }
}
