using JobScheduler.Domain.Executions;
using JobScheduler.EventStore;

namespace JobScheduler.Host.Scheduling;

/// <summary>Appends claims, all of a moment together, and tells the scheduler how they ended.</summary>
internal sealed class Claimer(PostgresEventStore store, SchedulerInbox inbox, ILogger logger)
{
    /// <summary>Returns at once; <see cref="SchedulerMessage.ClaimsEnded"/> follows.</summary>
    public void Claim(IReadOnlyList<Run> runs) => _ = ClaimAsync(runs);

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
}
