using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using JobScheduler.Projections.Jobs;

namespace JobScheduler.Host.Scheduling;

/// <summary>
/// Jobs as they were after each of their changes. Who falls behind may not go by how they are now: what was due between a resumption
/// and a pause would be lost, and what was not due between a pause and a resumption would be run.
/// </summary>
internal sealed class JobChanges(PostgresEventStore store, JobQueries jobs)
{
    /// <param name="events">Of jobs' streams, in the order of the log.</param>
    /// <returns>Those of one job in the order of its changes.</returns>
    public async Task<IReadOnlyList<JobRow>> AfterEachAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellation)
    {
        var changed = events.GroupBy(e => e.StreamId).ToDictionary(job => job.Key, job => job.ToList());
        var now = (await jobs.FindAllAsync(changed.Keys, cancellation)).ToDictionary(row => row.Id);
        var rows = new List<JobRow>(changed.Count);
        var several = new List<Guid>();
        foreach (var (id, changes) in changed)
        {
            // Changes of one commit are one: nothing was due between them.
            if (changes[0].Timestamp == changes[^1].Timestamp && now[id].Version == changes[^1].Version) rows.Add(now[id] with { Progress = null });
            else several.Add(id);
        }

        if (several.Count == 0) return rows;
        var streams = (await store.FetchStreamsAsync(several, cancellation)).ToLookup(e => e.StreamId);
        foreach (var id in several)
        {
            var (first, last) = (changed[id][0].Version, changed[id][^1].Version);
            rows.AddRange(AfterEach(streams[id]).Where(row => row.Version >= first && row.Version <= last));
        }

        return rows;
    }

    private static IEnumerable<JobRow> AfterEach(IEnumerable<StoredEvent> stream)
    {
        Job? job = null;
        DateTimeOffset createdAt = default, dueAfter = default;
        foreach (var e in stream)
        {
            var change = (JobEvent)e.Data;
            if (job is null) createdAt = e.Timestamp;
            if (JobHistory.ChangesWhenDue(change)) dueAfter = e.Timestamp;
            job = Job.Evolve(job, change);
            yield return new(e.StreamId, e.Version, job.State, job.Definition, dueAfter, createdAt, UpdatedAt: e.Timestamp, Progress: null);
        }
    }
}
