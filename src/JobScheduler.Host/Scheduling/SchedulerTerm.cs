using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
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
    Dispatcher dispatcher,
    SchedulerOptions options,
    SchedulerMetrics metrics,
    TimeProvider time,
    ILoggerFactory loggers)
{
    /// <summary>The name of the follower's checkpoint: definitions changed after it were not seen by a scheduler that ran.</summary>
    public const string CheckpointName = "scheduler";

    private static readonly TimeSpan LookForOverdueEvery = TimeSpan.FromSeconds(10);

    private static readonly string[] EndsOfPeriods = ["job_rescheduled", "job_paused", "job_deleted"];

    private static readonly string[] Followed = [.. JobsReadModel.EventNames, "execution_requested"];

    private readonly ILogger _logger = loggers.CreateLogger<SchedulerTerm>();
    private readonly MissedRecorder _missed = new(store, loggers.CreateLogger<MissedRecorder>());

    public async Task RunAsync(CancellationToken cancellation)
    {
        var inbox = new SchedulerInbox(time);
        var follower = new Subscription(
            store, CheckpointName, Followed, (events, token) => FollowAsync(events, inbox, token), logger: loggers.CreateLogger<Subscription>());
        var claimer = new Claimer(store, inbox, _logger);
        var finder = new OpenExecutionFinder(executions, jobs, inbox, time, _logger);
        var backlog = new Backlog(options.MaxOpen, options.MaxOpenPerHost);
        var (heap, runs) = (new JobHeap(), new RunBook(backlog));
        var claims = new OccurrenceClaims(heap, runs, backlog, claimer, _missed, options, startedAt: time.GetUtcNow());
        var loop = new SchedulerLoop(inbox, heap, runs, claims, new OpenExecutionLooks(finder), dispatcher, time, _logger);

        dispatcher.Recorded = inbox.Post;
        metrics.Backlog = () => backlog.Size;
        await RecordSupersededAsync(await follower.CheckpointAsync(cancellation), cancellation);
        var count = 0;
        await foreach (var job in jobs.ReadAllActiveAsync(cancellation))
        {
            loop.Add(job);
            count++;
        }

        foreach (var (run, row) in await UnderWayAsync(cancellation)) loop.Add(run, row);
        var open = await finder.FindAllAsync(cancellation);
        loop.Add(open);
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

    private async Task FollowAsync(IReadOnlyList<StoredEvent> events, SchedulerInbox inbox, CancellationToken cancellation)
    {
        var changed = events.Where(e => e.Data is JobEvent).Select(e => e.StreamId).Distinct().ToList();
        if (changed.Count > 0) inbox.Post(new SchedulerMessage.JobsChanged(await jobs.FindAllAsync(changed, cancellation)));
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

    /// <summary>
    /// Records as missed what was due on a schedule that was changed, paused or deleted while nobody scheduled: the heap will only
    /// know the definitions of today.
    /// </summary>
    private async Task RecordSupersededAsync(long? checkpoint, CancellationToken cancellation)
    {
        var highWaterMark = await store.HighWaterMarkAsync(cancellation);
        for (var position = checkpoint ?? 0; position < highWaterMark;)
        {
            var page = await store.FeedAsync(position, EndsOfPeriods, limit: 500, cancellation);
            foreach (var jobId in page.Events.Select(e => e.StreamId).Distinct()) await RecordSupersededAsync(jobId, cancellation);
            position = page.Position;
        }
    }

    private async Task RecordSupersededAsync(Guid jobId, CancellationToken cancellation)
    {
        var row = await jobs.FindAsync(jobId, cancellation);
        var stream = await store.FetchStreamAsync(jobId, cancellationToken: cancellation);
        var open = await executions.LatestOpenAsync(jobId, cancellation);
        var settled = new[] { row?.Progress?.SettledThrough, open }.Max() ?? DateTimeOffset.MinValue;
        foreach (var period in JobHistory.ActivePeriods(stream.Select(e => ((JobEvent)e.Data, e.Timestamp))).Where(p => p.UpTo is not null))
        {
            var after = period.After > settled ? period.After : settled;
            if (TimetableOf(period, jobId) is not { } timetable) continue;
            var missed = Misfire.MissAll(jobId, timetable, after, period.UpTo!.Value, MissedReason.ScheduleSuperseded);
            if (missed is null) continue;
            await _missed.RecordAsync(missed, timetable);
        }
    }

    private Timetable? TimetableOf(ActivePeriod period, Guid jobId)
    {
        try
        {
            return new Timetable(period.Schedule);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or FormatException)
        {
            _logger.LogError("A past schedule of job {JobId} cannot be read on this machine: {Reason}", jobId, e.Message);
            return null;
        }
    }
}
