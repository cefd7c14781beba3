using JobScheduler.EventStore;
using JobScheduler.Projections.Alerts;
using JobScheduler.Projections.Jobs;

namespace JobScheduler.Host.Dashboard.Events;

/// <summary>Which jobs events are about, and what those are called; of a page of events at once.</summary>
internal sealed class EventNames(JobQueries jobs, AlertQueries alerts)
{
    private IReadOnlyDictionary<Guid, Guid> _jobsOfAlerts = new Dictionary<Guid, Guid>();
    private Dictionary<Guid, string> _names = [];

    public async Task LoadAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellation)
    {
        Guid[] unknown = [.. events.Where(e => EventDigest.JobOf(e) is null).Select(e => e.StreamId).Distinct()];
        if (unknown.Length > 0) _jobsOfAlerts = await alerts.JobsOfAsync(unknown, cancellation);
        Guid[] about = [.. events.Select(JobOf).OfType<Guid>().Distinct()];
        if (about.Length == 0) return;
        _names = (await jobs.FindAllAsync(about, cancellation)).ToDictionary(j => j.Id, j => j.Definition.Name ?? j.Definition.Target.Api);
    }

    public Guid? JobOf(StoredEvent stored) =>
        EventDigest.JobOf(stored) ?? (_jobsOfAlerts.TryGetValue(stored.StreamId, out var job) ? job : null);

    public string? NameOf(StoredEvent stored) => JobOf(stored) is { } job ? _names.GetValueOrDefault(job) : null;
}
