using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Schedules;
using JobScheduler.EventStore;

namespace JobScheduler.Host.Scheduling;

/// <summary>Appends claims, all of a moment together, and tells the scheduler how they ended.</summary>
internal sealed class Claimer(PostgresEventStore store, SchedulerInbox inbox, ILogger logger)
{
    public void Claim(IReadOnlyList<Run> runs) => _ = ClaimAsync(runs);

    public void RecordMissed(JobOccurrencesMissed missed, Timetable timetable) => _ = RecordMissedAsync(missed, timetable);

    private async Task ClaimAsync(IReadOnlyList<Run> runs)
    {
        var appends = new Task<AppendResult>[runs.Count];
        for (var i = 0; i < runs.Count; i++)
        {
            var (run, claim) = (runs[i], runs[i].Claim);
            appends[i] = store.AppendAsync(
                run.ExecutionId,
                ExpectedVersion.NoStream,
                [new ExecutionScheduled(claim.JobId, claim.ScheduledFor, run.Job.Timetable.NextAfter(claim.ScheduledFor))],
                EventMetadata.None);
        }

        await Task.WhenAll((IEnumerable<Task>)appends).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var failure = Array.Find(appends, a => !a.IsCompletedSuccessfully)?.Exception?.InnerException;
        if (failure is not null) logger.LogWarning(failure, "Claims could not be appended; they will be tried again");
        inbox.Post(new SchedulerMessage.ClaimsEnded([.. runs.Zip(appends, (run, append) => (run, OutcomeOf(append)))]));
    }

    private static ClaimOutcome OutcomeOf(Task<AppendResult> append) =>
        !append.IsCompletedSuccessfully ? ClaimOutcome.Unknown
        : append.Result is AppendResult.Appended ? ClaimOutcome.Claimed
        : ClaimOutcome.Conflict;

    /// <summary>Tried until it succeeds: the scheduler has gone past these occurrences.</summary>
    private async Task RecordMissedAsync(JobOccurrencesMissed missed, Timetable timetable)
    {
        var rest = missed;
        while (true)
        {
            try
            {
                var appended = await store.AppendAsync(
                    ExecutionId.Of(rest.JobId, rest.From), ExpectedVersion.NoStream, [rest], EventMetadata.None);
                if (appended is AppendResult.Appended)
                {
                    logger.LogWarning(
                        "Job {JobId} missed {Count} occurrences from {From:O} to {To:O}: {Reason}",
                        rest.JobId, rest.Count, rest.From, rest.To, rest.Reason);
                    return;
                }

                // The first of them was claimed after all.
                if (Misfire.MissAll(rest.JobId, timetable, rest.From, rest.To, rest.Reason) is not { } others) return;
                rest = others;
            }
            catch (EventStoreUnavailableException e)
            {
                logger.LogWarning(e, "Missed occurrences of job {JobId} could not be recorded; trying again", rest.JobId);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }
}
