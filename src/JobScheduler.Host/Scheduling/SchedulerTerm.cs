using System.Runtime;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using JobScheduler.Host.Configuration;
using JobScheduler.Host.Dispatching;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Jobs;

namespace JobScheduler.Host.Scheduling;

/// <summary>
/// One time of holding the lease: fills the heap from the read models, takes over what is open, and then follows the log until the
/// lease is lost or the host stops.
/// </summary>
internal sealed class SchedulerTerm(
    PostgresEventStore store,
    JobQueries jobs,
    ExecutionQueries executions,
    OccurrenceRecords records,
    Dispatcher dispatcher,
    SchedulerOptions options,
    SchedulerMetrics metrics,
    TimeProvider time,
    ILoggerFactory loggers)
{
    /// <summary>The name of the follower's checkpoint: definitions changed after it were not seen by a scheduler that ran.</summary>
    public const string CheckpointName = "scheduler";

    private static readonly TimeSpan LookForOverdueEvery = TimeSpan.FromSeconds(10);

    private const int ChangesAtOnce = 1_000;

    private static readonly string[] Followed = [.. JobsReadModel.EventNames, "execution_requested"];

    private readonly ILogger _logger = loggers.CreateLogger<SchedulerTerm>();
    private readonly JobChanges _changes = new(store, jobs);
    private readonly MissedRecorder _missed = new(store, records, loggers.CreateLogger<MissedRecorder>());

    public async Task RunAsync(CancellationToken cancellation)
    {
        var inbox = new SchedulerInbox(time);
        var claimer = new Claimer(store, inbox, _logger);
        var finder = new OpenExecutionFinder(store, executions, jobs, inbox, time, _logger);
        var backlog = new Backlog(options.MaxOpen, options.MaxOpenPerHost);
        var (heap, runs) = (new JobHeap(), new RunBook(backlog));
        var claims = new OccurrenceClaims(heap, runs, backlog, claimer, _missed, options, startedAt: time.GetUtcNow());
        var loop = new SchedulerLoop(inbox, heap, runs, claims, new OpenExecutionLooks(finder), dispatcher, time, _logger);

        dispatcher.Recorded = inbox.Post;
        metrics.Backlog = () => backlog.Size;
        var (loaded, count) = await InBulkAsync(() => LoadAsync(loop, cancellation));
        var told = loaded;
        var follower = new Subscription(
            store, CheckpointName, Followed, (events, token) => FollowAsync(events, told, inbox, token), logger: loggers.CreateLogger<Subscription>());
        await new SupersededSchedules(store, jobs, records, _missed, _logger)
            .RecordAsync(await follower.CheckpointAsync(cancellation) ?? 0, loaded, cancellation);
        foreach (var (run, row) in await UnderWayAsync(cancellation)) loop.Add(run, row);
        var open = await finder.FindAllAsync(cancellation);
        loop.Add(open);
        told = await TellChangesAsync(loaded, inbox, cancellation);
        _logger.LogInformation("This node schedules now: {Jobs} active jobs, {Open} open executions taken over", count, open.Executions.Count);

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var following = follower.RunAsync(ending.Token);
        var looking = LookForOverdueAsync(inbox, ending.Token);
        try
        {
            await RunOnOwnThreadAsync(loop, cancellation);
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(following, looking);
        }
    }

    /// <summary>Nothing is due while a million jobs are loaded: garbage collected in passing would take a third more time and memory.</summary>
    private static async Task<T> InBulkAsync<T>(Func<Task<T>> load)
    {
        GCSettings.LatencyMode = GCLatencyMode.Batch;
        try
        {
            return await load();
        }
        finally
        {
            GCSettings.LatencyMode = GCLatencyMode.Interactive;
        }
    }

    /// <summary>Adds the active jobs; gives the sequence of the log up to which they are loaded, and how many they are.</summary>
    private async Task<(long Loaded, int Count)> LoadAsync(SchedulerLoop loop, CancellationToken cancellation)
    {
        var (count, now) = (0, time.GetUtcNow());
        var settledAhead = new List<ActiveJob>();
        await using var active = await jobs.OpenActiveAsync(cancellation);
        await foreach (var (ahead, ready) in active.ReadAsync(PrepareUnlessSettledAhead, cancellation))
        {
            count++;
            if (ahead is not null) settledAhead.Add(ahead);
            else if (ready is not null) loop.Add(ready);
        }

        if (settledAhead.Count == 0) return (active.Position, count);
        // The clock was set back. What is recorded stays so, but a job that was changed since is due from its change on.
        var changed = await records.ChangedSinceSettledAsync([.. settledAhead.Select(j => (j.Id, j.SettledThrough!.Value))], cancellation);
        foreach (var job in settledAhead)
        {
            if (loop.Prepare(changed.Contains(job.Id) ? job with { SettledThrough = null } : job) is { } ready) loop.Add(ready);
        }

        return (active.Position, count);

        (ActiveJob? Ahead, ReadyJob? Ready) PrepareUnlessSettledAhead(ActiveJob job) =>
            job.SettledThrough > now ? (job, null) : (null, loop.Prepare(job));
    }

    /// <summary>
    /// Tells the loop, before it runs, how jobs have changed since they were loaded: open executions were found since then, too, and the
    /// first that is due may be of a changed job. Gives the sequence of the log up to which it is told.
    /// </summary>
    private async Task<long> TellChangesAsync(long after, SchedulerInbox inbox, CancellationToken cancellation)
    {
        while (true)
        {
            var page = await store.FeedAsync(after, JobsReadModel.EventNames, ChangesAtOnce, cancellation);
            if (page.Events.Count > 0) inbox.Post(new SchedulerMessage.JobsChanged(await _changes.AfterEachAsync(page.Events, cancellation)));
            after = page.Position;
            if (page.Events.Count < ChangesAtOnce) return after;
        }
    }

    /// <summary>
    /// Calls that this process made in an earlier term and whose outcomes are to come. Asked for before the open executions: what ends
    /// in between is known to the loop, or no longer open.
    /// </summary>
    private async Task<IReadOnlyList<(Run Run, JobRow Job)>> UnderWayAsync(CancellationToken cancellation)
    {
        var runs = dispatcher.UnderWay;
        if (runs.Count == 0) return [];
        var rows = (await jobs.FindAllAsync([.. runs.Select(r => r.Claim.JobId).Distinct()], cancellation)).ToDictionary(j => j.Id);
        return [.. runs.Select(r => (r, rows[r.Claim.JobId]))];
    }

    private static Task RunOnOwnThreadAsync(SchedulerLoop loop, CancellationToken cancellation) =>
        Task.Factory.StartNew(() => loop.Run(cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <param name="told">What was changed up to this sequence of the log, the loop knows already.</param>
    private async Task FollowAsync(IReadOnlyList<StoredEvent> events, long told, SchedulerInbox inbox, CancellationToken cancellation)
    {
        var changes = events.Where(e => e.Data is JobEvent && e.Sequence > told).ToList();
        if (changes.Count > 0) inbox.Post(new SchedulerMessage.JobsChanged(await _changes.AfterEachAsync(changes, cancellation)));
        var requested = events.Where(e => e.Data is ExecutionRequested).Select(e => e.StreamId).ToList();
        if (requested.Count > 0) inbox.Post(new SchedulerMessage.LookForOpen(requested));
    }

    /// <summary>Nothing is stuck for long: what is overdue and unknown to the loop is taken over.</summary>
    private static async Task LookForOverdueAsync(SchedulerInbox inbox, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            await Task.Delay(LookForOverdueEvery, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            inbox.Post(new SchedulerMessage.LookForOpen(null));
        }
    }
}
