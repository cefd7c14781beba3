using JobScheduler.Domain;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Schedules;
using JobScheduler.EventStore;
using Npgsql;

namespace JobScheduler.Host.Scheduling;

/// <summary>Records occurrences that nobody ran.</summary>
internal sealed class MissedRecorder(PostgresEventStore store, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Tried until it succeeds, for whoever asks goes past these occurrences. When the first of them turns out to be claimed after all,
    /// the others are recorded. False only when the host ends before.
    /// </summary>
    public async Task<bool> RecordAsync(JobOccurrencesMissed missed, Timetable timetable)
    {
        var rest = missed;
        while (true)
        {
            try
            {
                var appended = await store.AppendAsync(ExecutionId.Of(rest.JobId, rest.From), ExpectedVersion.NoStream, [rest], EventMetadata.None);
                if (appended is AppendResult.Appended)
                {
                    logger.LogWarning(
                        "Job {JobId} missed {Count} occurrences from {From:O} to {To:O}: {Reason}",
                        rest.JobId, rest.Count, rest.From, rest.To, WireName.Of(rest.Reason));
                    return true;
                }

                if (Misfire.MissAll(rest.JobId, timetable, rest.From, rest.To, rest.Reason) is not { } others) return true;
                rest = others;
            }
            catch (Exception e) when (e is EventStoreUnavailableException or NpgsqlException)
            {
                logger.LogWarning("Missed occurrences of job {JobId} could not be recorded, trying again: {Reason}", rest.JobId, e.Message);
                await Task.Delay(Pause);
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        }
    }
}
