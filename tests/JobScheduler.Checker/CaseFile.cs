using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.Checker;

/// <summary>A range of occurrences that is recorded as missed.</summary>
internal sealed record MissedRange(JobOccurrencesMissed Event, DateTimeOffset RecordedAt);

/// <summary>The evidence, put in order: by job, by execution, by time.</summary>
internal sealed class CaseFile
{
    private static readonly IReadOnlyList<Arrival> NoArrivals = [];
    private readonly ILookup<Guid, ExecutionStory> _storiesByJob;
    private readonly ILookup<Guid, MissedRange> _missedByJob;

    public CaseFile(Evidence evidence, Bounds bounds)
    {
        (Evidence, Bounds) = (evidence, bounds);
        Streams = evidence.Log.GroupBy(e => e.StreamId).ToDictionary(g => g.Key, g => (IReadOnlyList<LogEntry>)[.. g]);
        Jobs = Streams.Where(s => s.Value[0].Data is JobEvent).ToDictionary(s => s.Key, s => new JobTimeline(s.Value));
        var arrivals = evidence.Arrivals.GroupBy(a => a.ExecutionId).ToDictionary(g => g.Key, g => (IReadOnlyList<Arrival>)[.. g]);
        Stories = Streams.Where(s => s.Value[0].Data is ExecutionScheduled or ExecutionRequested)
            .ToDictionary(s => s.Key, s => new ExecutionStory(s.Key, s.Value, arrivals.GetValueOrDefault(s.Key, NoArrivals)));
        _storiesByJob = Stories.Values.ToLookup(s => s.JobId);
        _missedByJob = evidence.Log.Where(e => e.Data is JobOccurrencesMissed)
            .ToLookup(e => ((JobOccurrencesMissed)e.Data).JobId, e => new MissedRange((JobOccurrencesMissed)e.Data, e.At));
        var from = evidence.Log.Count == 0 ? evidence.Until : evidence.Log.Min(e => e.At);
        Due = new(from, evidence.Until > from ? evidence.Until : from);
    }

    public Evidence Evidence { get; }

    public Bounds Bounds { get; }

    public IReadOnlyDictionary<Guid, IReadOnlyList<LogEntry>> Streams { get; }

    public IReadOnlyDictionary<Guid, JobTimeline> Jobs { get; }

    /// <summary>The claimed executions.</summary>
    public IReadOnlyDictionary<Guid, ExecutionStory> Stories { get; }

    public DueInstants Due { get; }

    public IEnumerable<ExecutionStory> StoriesOf(Guid jobId) => _storiesByJob[jobId];

    public IEnumerable<MissedRange> MissedOf(Guid jobId) => _missedByJob[jobId];

    /// <summary>The latest fault that was felt at some time within [from, to]; <c>null</c>: there was none.</summary>
    public Fault? FaultWithin(DateTimeOffset from, DateTimeOffset to) =>
        Evidence.Faults.LastOrDefault(f => f.From <= to && f.To + Bounds.Recovery >= from);
}
