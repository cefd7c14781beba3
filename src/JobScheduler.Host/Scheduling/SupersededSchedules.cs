using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.EventStore;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Jobs;

namespace JobScheduler.Host.Scheduling;

/// <summary>
/// Records as missed what was due on schedules that were changed, paused or deleted while nobody scheduled: the heap only knows the
/// definitions of today.
/// </summary>
internal sealed class SupersededSchedules(PostgresEventStore store, JobQueries jobs, OccurrenceRecords records, MissedRecorder missed, ILogger logger)
{
    private const int PageSize = 500;

    private static readonly string[] EndsOfPeriods = ["job_rescheduled", "job_paused", "job_deleted"];

    /// <summary>A handful of queries for each page of changes, however many occurrences there were.</summary>
    /// <param name="after">Changes up to this sequence of the log were seen by a scheduler that ran.</param>
    /// <param name="upTo">Those later than this will be seen by the one that starts.</param>
    public async Task RecordAsync(long after, long upTo, CancellationToken cancellation)
    {
        for (var position = after; position < upTo;)
        {
            var page = await store.FeedAsync(position, EndsOfPeriods, PageSize, cancellation);
            var changed = page.Events.Where(e => e.Sequence <= upTo).Select(e => e.StreamId).Distinct().ToList();
            if (changed.Count > 0) await missed.RecordAsync(await MissedOfAsync(changed, upTo, cancellation));
            position = page.Position;
        }
    }

    private async Task<IReadOnlyList<MissedRange>> MissedOfAsync(IReadOnlyCollection<Guid> jobIds, long upTo, CancellationToken cancellation)
    {
        var rows = (await jobs.FindAllAsync(jobIds, cancellation)).ToDictionary(row => row.Id);
        var open = await records.LatestOpenAsync(jobIds, cancellation);
        var streams = (await store.FetchStreamsAsync(jobIds, cancellation)).Where(e => e.Sequence <= upTo).ToLookup(e => e.StreamId);
        var ranges = new List<MissedRange>();
        foreach (var id in jobIds)
        {
            var settled = new[] { rows[id].Progress?.SettledThrough, open.TryGetValue(id, out var latest) ? latest : null }.Max();
            foreach (var period in JobHistory.ActivePeriods(streams[id].Select(e => ((JobEvent)e.Data, e.Timestamp))))
            {
                if (period.UpTo is not { } end || TimetableOf(period, id) is not { } timetable) continue;
                var start = settled > period.After ? settled.Value : period.After;
                if (Misfire.MissAll(id, timetable, start, end, MissedReason.ScheduleSuperseded) is { } range) ranges.Add(new(range, timetable));
            }
        }

        return ranges;
    }

    private Timetable? TimetableOf(ActivePeriod period, Guid jobId)
    {
        try
        {
            return new Timetable(period.Schedule);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or FormatException)
        {
            logger.LogError("A past schedule of job {JobId} cannot be read on this machine: {Reason}", jobId, e.Message);
            return null;
        }
    }
}
