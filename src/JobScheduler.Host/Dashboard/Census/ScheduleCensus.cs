using JobScheduler.Domain.Schedules;
using JobScheduler.Host.Dashboard.Sharing;
using JobScheduler.Projections.Jobs;

namespace JobScheduler.Host.Dashboard.Census;

/// <summary>How many active jobs are due when, shared by all readers; as of some seconds ago, of a minute or so with a million jobs.</summary>
internal sealed class ScheduleCensus
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);

    private readonly JobQueries _jobs;
    private readonly TimeProvider _time;
    private readonly Fresh<DueCounts> _counts;

    /// <summary>Read once; those that no job has any more are dropped with the next count. <c>null</c>: this machine cannot read it.</summary>
    private Dictionary<string, Timetable?> _read = [];

    public ScheduleCensus(JobQueries jobs, TimeProvider time, ILogger<ScheduleCensus> logger, IHostApplicationLifetime lifetime)
    {
        (_jobs, _time) = (jobs, time);
        _counts = new(CountAsync, Shortest, time, logger, lifetime.ApplicationStopping);
    }

    /// <summary>How many jobs are due in each second from the one of <paramref name="from"/> on; <c>null</c>: not counted yet.</summary>
    public IReadOnlyList<long>? DueIn(DateTimeOffset from, int seconds) => _counts.Latest?.DueIn(from, seconds);

    /// <summary>How many jobs are due in the second of this instant; <c>null</c>: not counted yet.</summary>
    public long? DueAt(DateTimeOffset instant) => _counts.Latest?.DueIn(instant, 1)[0];

    /// <summary>As <see cref="DueIn"/>, but waits so long for the first count.</summary>
    public async Task<IReadOnlyList<long>?> DueInAsync(DateTimeOffset from, int seconds, TimeSpan patience, CancellationToken cancellation) =>
        (await _counts.WithinAsync(patience, cancellation))?.DueIn(from, seconds);

    private async Task<DueCounts> CountAsync(CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        var shared = await _jobs.SchedulesAsync(now, cancellation);
        var read = new Dictionary<string, Timetable?>(shared.Count);
        var timetables = new List<(Timetable, long)>(shared.Count);
        foreach (var (json, jobs) in shared)
        {
            if (!_read.TryGetValue(json, out var timetable)) timetable = Timetable.TryRead(JobQueries.ParseSchedule(json));
            read[json] = timetable;
            if (timetable is not null) timetables.Add((timetable, jobs));
        }

        _read = read;
        var counts = new DueCounts(timetables);
        // Here and not when a page asks: that takes a while with many schedules.
        counts.DueIn(now, 2 * DueCounts.BlockSeconds);
        return counts;
    }
}
