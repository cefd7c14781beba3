using JobScheduler.Domain;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Schedules;
using JobScheduler.EventStore;
using JobScheduler.Projections.Executions;
using Npgsql;

namespace JobScheduler.Host.Scheduling;

/// <summary>Occurrences of a job that nobody ran, with the timetable that they were due on.</summary>
internal sealed record MissedRange(JobOccurrencesMissed Missed, Timetable Timetable);

/// <summary>
/// Records occurrences that nobody ran. The log itself guards the first of a range only, so it is looked before what is recorded
/// within it already, such as by another node or by a claim whose acknowledgement was lost; then only the gaps are missed.
/// </summary>
internal sealed class MissedRecorder(PostgresEventStore store, OccurrenceRecords records, ILogger logger)
{
    private const int ChunkSize = 500;
    private const int PageSize = 1_000;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Tried until it succeeds, for whoever asks goes past these occurrences; given up only when the host ends.</summary>
    public async Task RecordAsync(IReadOnlyList<MissedRange> ranges)
    {
        try
        {
            foreach (var chunk in ranges.Chunk(ChunkSize)) await RecordChunkAsync(chunk);
        }
        catch (ObjectDisposedException)
        {
            // The host ends. Whoever schedules next finds them unrecorded.
        }
    }

    private async Task RecordChunkAsync(MissedRange[] chunk)
    {
        var partly = await UntilItSucceedsAsync(() => records.AnyWithinAsync([.. chunk.Select(r => r.Missed)], CancellationToken.None));
        var appended = await Task.WhenAll(chunk.Select(async (range, i) => !partly.Contains(i) && await AppendAsync(range.Missed)));
        for (var i = 0; i < chunk.Length; i++)
        {
            if (!appended[i]) await RecordGapsAsync(chunk[i]);
        }
    }

    /// <summary>Goes through what is recorded, a page at a time, and records what lies between.</summary>
    private async Task RecordGapsAsync(MissedRange range)
    {
        var (missed, timetable) = range;
        var after = missed.From.AddTicks(-1);
        while (after < missed.To)
        {
            var page = await UntilItSucceedsAsync(
                () => records.BetweenAsync(missed.JobId, after.AddTicks(1), missed.To, PageSize, CancellationToken.None));
            var looked = page.Count < PageSize ? missed.To : page[^1].From;
            foreach (var (from, to) in page.Append((From: looked.AddTicks(1), To: looked)))
            {
                var gap = Misfire.MissAll(missed.JobId, timetable, after, from.AddTicks(-1), missed.Reason);
                if (gap is not null && !await AppendAsync(gap))
                {
                    // Its first was recorded by somebody else just now; what else was is looked up again.
                    after = gap.From;
                    break;
                }

                if (to > after) after = to;
            }
        }
    }

    /// <summary>False: the first of them is recorded already.</summary>
    private async Task<bool> AppendAsync(JobOccurrencesMissed missed)
    {
        var appended = await UntilItSucceedsAsync(
            () => store.AppendAsync(ExecutionId.Of(missed.JobId, missed.From), ExpectedVersion.NoStream, [missed], EventMetadata.None));
        if (appended is not AppendResult.Appended) return false;
        logger.LogWarning(
            "Job {JobId} missed {Count} occurrences from {From:O} to {To:O}: {Reason}",
            missed.JobId, missed.Count, missed.From, missed.To, WireName.Of(missed.Reason));
        return true;
    }

    private async Task<T> UntilItSucceedsAsync<T>(Func<Task<T>> step)
    {
        while (true)
        {
            try
            {
                return await step();
            }
            catch (Exception e) when (e is EventStoreUnavailableException or NpgsqlException)
            {
                logger.LogWarning("Missed occurrences could not be recorded, trying again: {Reason}", e.Message);
                await Task.Delay(Pause);
            }
        }
    }
}
