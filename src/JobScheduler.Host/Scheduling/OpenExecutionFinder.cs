using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Jobs;

namespace JobScheduler.Host.Scheduling;

/// <summary>Looks up executions without an outcome, with their jobs.</summary>
internal sealed class OpenExecutionFinder(
    PostgresEventStore store, ExecutionQueries executions, JobQueries jobs, SchedulerInbox inbox, TimeProvider time, ILogger logger)
{
    /// <summary>An open execution is looked for among all only when it is overdue by this much; younger ones are being dealt with.</summary>
    public static readonly TimeSpan Overdue = TimeSpan.FromSeconds(5);

    /// <summary>Answers the inbox with <see cref="SchedulerMessage.OpenFound"/> or <see cref="SchedulerMessage.LookFailed"/>, exactly once.</summary>
    /// <param name="ids">Of these; <c>null</c>: of all that are overdue.</param>
    public void Find(IReadOnlyCollection<Guid>? ids) => _ = FindAsync(ids);

    /// <summary>All that are open, for a scheduler that starts.</summary>
    public async Task<SchedulerMessage.OpenFound> FindAllAsync(CancellationToken cancellation) =>
        await WithJobsAsync(await executions.OpenAsync(null, null, cancellation), cancellation);

    private async Task FindAsync(IReadOnlyCollection<Guid>? ids)
    {
        try
        {
            var open = await executions.OpenAsync(ids, ids is null ? time.GetUtcNow() - Overdue : null, CancellationToken.None);
            inbox.Post(await WithJobsAsync(open, CancellationToken.None));
        }
#pragma warning disable CA1031 // Whatever went wrong: the scheduler waits for an answer, and asks again later.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.LogWarning(e, "Open executions could not be looked for");
            inbox.Post(new SchedulerMessage.LookFailed());
        }
    }

    private async Task<SchedulerMessage.OpenFound> WithJobsAsync(IReadOnlyList<OpenExecution> open, CancellationToken cancellation)
    {
        if (open.Count == 0) return new([]);
        var rows = (await jobs.FindAllAsync([.. open.Select(o => o.JobId).Distinct()], cancellation)).ToDictionary(j => j.Id);
        var found = new List<(OpenExecution, JobRow, Work?)>(open.Count);
        foreach (var execution in open)
        {
            if (rows.TryGetValue(execution.JobId, out var row)) found.Add((execution, row, await ReplayedAsync(execution, cancellation)));
        }

        return new(found);
    }

    /// <summary>A replay is run with its job's definition of then, also after a restart: the claim names the version.</summary>
    private async Task<Work?> ReplayedAsync(OpenExecution open, CancellationToken cancellation)
    {
        if (open.JobVersion is not { } version) return null;
        var then = await store.AggregateStreamAsync<Job>(
            open.JobId, (job, stored) => Job.Evolve(job, (JobEvent)stored.Data), version, cancellationToken: cancellation);
        return new(then!.Definition.Target, then.Definition.Policy);
    }
}
