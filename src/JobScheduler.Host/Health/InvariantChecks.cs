using JobScheduler.Host.Alerts;
using JobScheduler.Host.Api.Wire;
using JobScheduler.Host.Configuration;
using JobScheduler.Host.Scheduling;
using JobScheduler.Projections.Health;

namespace JobScheduler.Host.Health;

/// <summary>The questions of a scan, and what their answers mean.</summary>
internal sealed class InvariantChecks(InvariantQueries queries, InvariantOptions options, TimeProvider time)
{
    private static readonly string[] Subscriptions = [SchedulerTerm.CheckpointName, AlertRaiser.CheckpointName];

    /// <summary>So far a follower's checkpoint may trail while nothing comes that is for it.</summary>
    private static readonly TimeSpan CheckpointSlack = TimeSpan.FromSeconds(15);

    /// <summary>Since when no scan has seen a scheduler. One that goes and another that comes are no finding.</summary>
    private DateTimeOffset? _noSchedulerSince;

    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL cannot be reached.</exception>
    public async Task<InvariantReport> RunAsync(CancellationToken cancellation)
    {
        var (now, clock) = (time.GetUtcNow(), time.GetTimestamp());
        var before = now - options.Grace;
        var findings = new List<InvariantFinding>();
        var counts = Enum.GetValues<InvariantKind>().ToDictionary(kind => kind, _ => 0L);

        _noSchedulerSince = await queries.IsScheduledAsync(cancellation) ? null : _noSchedulerSince ?? now;
        if (_noSchedulerSince <= before) Add(NoScheduler(_noSchedulerSince.Value));

        var unaccounted = await queries.UnaccountedJobsAsync(cancellation);
        AddAll(InvariantKind.OccurrenceUnaccounted, unaccounted.Count, unaccounted.First.Select(Unaccounted));
        var stuck = await queries.StuckExecutionsAsync(before, cancellation);
        AddAll(InvariantKind.ExecutionStuck, stuck.Count, stuck.First.Select(Stuck));
        if (await queries.OldestLookAsync(cancellation) is { } look && look < before) Add(WatchBehind(look));
        foreach (var late in await queries.LateSubscriptionsAsync(Subscriptions, before - CheckpointSlack, cancellation)) Add(Behind(late));
        var sinks = await queries.LateSinksAsync(before, cancellation);
        foreach (var sink in sinks.First) Add(sink.FailingSince < before ? Failing(sink, sink.FailingSince.Value) : NotTried(sink));
        if (sinks.First.Count > 0) counts[findings[^1].Kind] += sinks.Count - sinks.First.Count;
        return new(now, time.GetElapsedTime(clock), findings, counts);

        void Add(InvariantFinding finding)
        {
            findings.Add(finding);
            counts[finding.Kind]++;
        }

        void AddAll(InvariantKind kind, long count, IEnumerable<InvariantFinding> first)
        {
            findings.AddRange(first);
            counts[kind] = count;
        }
    }

    private static InvariantFinding NoScheduler(DateTimeOffset since) => new(
        InvariantKind.NoScheduler,
        "scheduler",
        "No node schedules.",
        since,
        "Start a node with 'Scheduler:Enabled', or look into the log of one that has it for why it does not get or keep the lease.");

    private static InvariantFinding Unaccounted(UnaccountedJob job) => new(
        InvariantKind.OccurrenceUnaccounted,
        job.JobId.ToString(),
        $"Job {job.JobId} was due at {InstantText.Of(job.Since)}, and nobody has claimed it or recorded it as missed.",
        job.Since,
        $"Look into the scheduling node's log for this job: it cannot read the job's schedule, or it is overloaded or stuck, and a restart helps. /jobs/{job.JobId}/ledger shows what is unaccounted for.");

    private static InvariantFinding Stuck(StuckExecution execution) => new(
        InvariantKind.ExecutionStuck,
        execution.Id.ToString(),
        $"Execution {execution.Id} of job {execution.JobId} was to be sent at {InstantText.Of(execution.DueAt)} and has no outcome.",
        execution.DueAt,
        "If jobscheduler_calls_waiting is high, its host takes too long and the calls need more places ('Dispatch:MaxConcurrencyPerHost'); else restart the scheduling node, which takes it up again.");

    private static InvariantFinding WatchBehind(DateTimeOffset since) => new(
        InvariantKind.WatchBehind,
        "watch",
        "Jobs that were to be looked at, to see whether they run, were not.",
        since,
        "Nobody schedules, or the scheduling node cannot keep up or reach PostgreSQL; its log says which.");

    private static InvariantFinding Behind(LateSubscription subscription) => new(
        InvariantKind.SubscriptionBehind,
        subscription.Name,
        $"The subscription '{subscription.Name}' has not handled what was appended at {InstantText.Of(subscription.Since)}.",
        subscription.Since,
        "Nobody schedules, or an event cannot be handled: the scheduling node's log says why, each time it tries again.");

    private static InvariantFinding NotTried(LateSink sink) => new(
        InvariantKind.DeliveryOverdue,
        sink.Webhook,
        $"{sink.Waiting} alerts wait for a webhook at {sink.Authority}, and nobody delivers them.",
        sink.DueAt,
        "Start a node with 'Scheduler:Enabled', which delivers alerts too, or look into the log of one that has it.");

    private static InvariantFinding Failing(LateSink sink, DateTimeOffset since) => new(
        InvariantKind.WebhookFailing,
        sink.Webhook,
        $"{sink.Waiting} alerts wait for a webhook at {sink.Authority}, which takes none: {sink.LastError}",
        since,
        "Mend the receiver, or the jobs' 'alertWebhook'. What was given up is delivered again with POST /alerts/{id}/redeliver.");
}
