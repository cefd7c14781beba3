using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Dispatching;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Jobs;

namespace JobScheduler.Host.Scheduling;

/// <summary>
/// One thread that owns the heap and all runs: it claims what is due soon, sends what is due now, and sleeps until the next of either.
/// Everything else reaches it as a message.
/// </summary>
internal sealed class SchedulerLoop(
    SchedulerInbox inbox,
    JobHeap heap,
    RunBook runs,
    OccurrenceClaims claims,
    OpenExecutionLooks looks,
    Dispatcher dispatcher,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>The first calls of a burst go out while the others are still being looked at; those first that need only be sent.</summary>
    private const int HeldAtOnce = 32;
    private const int MadeAtOnce = 256;

    private readonly ClockWatch _clock = new(time);

    /// <summary>Makes an active job ready for <see cref="Add(ReadyJob)"/>; <c>null</c>: it cannot be scheduled here. On any thread.</summary>
    public ReadyJob? Prepare(ActiveJob active) =>
        Build(active.Id, () => new(active)) is { } job ? new(job, JobHeap.NextOf(job)) : null;

    /// <summary>Before <see cref="Run"/>.</summary>
    public void Add(ReadyJob job) => heap.Put(job.Job, job.Next);

    /// <summary>Before <see cref="Run"/>, after the jobs: runs that the dispatcher still has from an earlier time of scheduling.</summary>
    public void Add(Run underWay, JobRow row)
    {
        if (JobOf(row) is not { } job) return;
        underWay.Job = job;
        runs.TryAdd(underWay);
    }

    /// <summary>Before <see cref="Run"/>, last: executions that are open from before.</summary>
    public void Add(SchedulerMessage.OpenFound open) => Adopt(open);

    /// <summary>Returns when <paramref name="stop"/> is cancelled; runs that are not sent stay open.</summary>
    public void Run(CancellationToken stop)
    {
        using var wake = stop.Register(inbox.Wake);
        while (!stop.IsCancellationRequested)
        {
            while (inbox.TryTake(out var message)) Handle(message, Now());
            var now = Now();
            claims.ClaimDue(now);
            SendDue(now);
            inbox.Wait(runs.NextDue, claims.NextClaim);
        }
    }

    private DateTimeOffset Now()
    {
        var jump = _clock.Look(out var now);
        if (jump == TimeSpan.Zero) return now;
        claims.ClockJumped(jump, now);
        if (jump > TimeSpan.Zero) logger.LogWarning("The clock was set forward by {Jump}, or the machine slept; what was due meanwhile follows the jobs' misfire policies", jump);
        else logger.LogWarning("The clock was set back by {Jump}; what has run or was missed in that time is not run again", -jump);
        return now;
    }

    private void Handle(SchedulerMessage message, DateTimeOffset now)
    {
        switch (message)
        {
            case SchedulerMessage.JobsChanged m:
                foreach (var row in m.Jobs) Change(row, now);
                break;
            case SchedulerMessage.ClaimsEnded m: EndClaims(m.Claims, now); break;
            case SchedulerMessage.RunRecorded m: Recorded(m.Run, m.Event); break;
            case SchedulerMessage.LookForOpen m: looks.Ask(m); break;
            case SchedulerMessage.OpenFound m:
                Adopt(m);
                looks.Answered();
                break;
            case SchedulerMessage.LookFailed: looks.Answered(); break;
            default: throw new InvalidOperationException($"Unknown message {message.GetType().Name}.");
        }
    }

    // Claims

    private void EndClaims(IReadOnlyList<(Run Run, ClaimOutcome Outcome)> ended, DateTimeOffset now)
    {
        List<Guid>? conflicts = null;
        var claimed = new List<Run>(ended.Count);
        foreach (var (run, outcome) in ended)
        {
            if (outcome == ClaimOutcome.Claimed)
            {
                if (run.SkipWith is { } reason) Skip(run, reason);
                else claimed.Add(run);
                continue;
            }

            runs.Forget(run);
            if (outcome == ClaimOutcome.Conflict) (conflicts ??= []).Add(run.ExecutionId);
            else claims.ClaimAgain(run, now);
        }

        foreach (var run in claimed) runs.Await(run);
        // What may have to wait for the run before it, or not be run, is not begun.
        dispatcher.Prepare([.. claimed.Where(run => run.Work.Policy.Overlap == OverlapPolicy.Allow || run.Job.Runs.Count == 1)]);
        // Whoever made the claim may be gone: another node, or this process when a commit's acknowledgement was lost.
        if (conflicts is not null) looks.Ask(new(conflicts));
    }

    // Sending

    private void SendDue(DateTimeOffset now)
    {
        while (runs.TakeDue(now) is { } due)
        {
            var others = new List<Run>();
            Send(Held(due, others), HeldAtOnce, now);
            Send(others, MadeAtOnce, now);
        }
    }

    /// <summary>The runs whose calls are held; <paramref name="others"/> gets those that are passed on the way.</summary>
    private static IEnumerable<Run> Held(IReadOnlyList<Run> due, List<Run> others)
    {
        foreach (var run in due)
        {
            if (run.Held is null) others.Add(run);
            else yield return run;
        }
    }

    private void Send(IEnumerable<Run> due, int atOnce, DateTimeOffset now)
    {
        foreach (var batch in due.Where(run => Starts(run, now)).Chunk(atOnce)) dispatcher.Send(batch);
    }

    /// <summary>Whether it is to be sent, which it then counts as.</summary>
    private bool Starts(Run run, DateTimeOffset now)
    {
        if (run.Stage != RunStage.Waiting || run.DueAt > now) return false;
        var (job, policy) = (run.Job, run.Job.Work.Policy.Overlap);
        var anotherIsOpen = policy != OverlapPolicy.Allow
            && job.Runs.Exists(other => other != run && (other.Stage == RunStage.Sent || other is { Stage: RunStage.Waiting, Attempt: > 1 }));
        switch (Overlap.Decide(policy, run.Claim.Trigger, run.Attempt, anotherIsOpen, job.Queued is not null))
        {
            case OverlapDecision.Start:
                run.Stage = RunStage.Sent;
                return true;
            case OverlapDecision.Wait: job.Queued = run; break;
            case OverlapDecision.Skip: Skip(run, SkipReason.PreviousRunOpen); break;
        }

        return false;
    }

    private void Skip(Run run, SkipReason reason)
    {
        run.Stage = RunStage.Ending;
        dispatcher.Skip(run, reason);
    }

    private void Recorded(Run run, ExecutionEvent? @event)
    {
        run.Version++;
        if (@event is ExecutionAttemptFailed failed)
        {
            run.Attempt++;
            run.DueAt = failed.RetryAt;
            runs.TryAdd(run);
            if (run.Job.State == JobState.Deleted) Skip(run, SkipReason.JobDeleted);
            else runs.Await(run);
            return;
        }

        looks.Ended(run.ExecutionId);
        runs.Forget(run);
        if (run.Job.Queued is not { } queued) return;
        run.Job.Queued = null;
        if (queued.Stage == RunStage.Waiting) runs.Await(queued);
    }

    // Following the jobs

    private void Change(JobRow row, DateTimeOffset now)
    {
        if (heap.Find(row.Id) is not { } job)
        {
            if (row.State == JobState.Active && Build(row) is { } added) heap.Put(added);
            return;
        }

        if (row.Version <= job.Version) return;
        // What was due before the change is still run, on the schedule of that time.
        var isDueOtherwise = row.DueAfter != job.DueAfter;
        if (isDueOtherwise && job.State == JobState.Active) claims.ClaimUpTo(job, now, row.DueAfter);
        if (!CanSchedule(row.Id, () => job.Apply(row)))
        {
            heap.Remove(job);
            return;
        }

        if (!isDueOtherwise) return;
        job.ClaimedThrough = row.DueAfter;
        SkipWhatIsNoLongerDue(job);
        if (row.State == JobState.Deleted) heap.Remove(job);
        else heap.Put(job);
    }

    private void SkipWhatIsNoLongerDue(ScheduledJob job)
    {
        foreach (var run in job.Runs.Where(r => r.Stage is RunStage.Claiming or RunStage.Waiting).ToList())
        {
            // A run that waits for another may wait long: a job that is deleted meanwhile must not be called then.
            var reason = job.State == JobState.Deleted && run == job.Queued
                ? SkipReason.JobDeleted
                : SkipClaim.Decide(run.Claim, run.Attempt, job.State, job.Timetable, job.DueAfter);
            if (run.Stage == RunStage.Claiming) run.SkipWith = reason;
            else if (reason is not null) Skip(run, reason.Value);
        }
    }

    private ScheduledJob? Build(JobRow row) => Build(row.Id, () => new(row));

    private ScheduledJob? Build(Guid jobId, Func<ScheduledJob> build)
    {
        ScheduledJob? job = null;
        return CanSchedule(jobId, () => job = build()) ? job : null;
    }

    /// <summary>False when this machine does not know a job's zone, or reads its expression otherwise than the one that took it.</summary>
    private bool CanSchedule(Guid jobId, Action readSchedule)
    {
        try
        {
            readSchedule();
            return true;
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or FormatException)
        {
            logger.LogError("Job {JobId} cannot be scheduled on this machine and is left out: {Reason}", jobId, e.Message);
            return false;
        }
    }

    // Taking over open executions

    private void Adopt(SchedulerMessage.OpenFound open)
    {
        foreach (var (execution, row, replayed) in open.Executions)
        {
            if (runs.Knows(execution.Id) || dispatcher.IsUnderWay(execution.Id) || looks.HasEndedMeanwhile(execution.Id)) continue;
            if (JobOf(row) is { } job) Adopt(execution, job, replayed);
        }
    }

    private ScheduledJob? JobOf(JobRow row)
    {
        if (heap.Find(row.Id) is { } known) return known;
        var job = Build(row);
        if (job is not null && row.State != JobState.Deleted) heap.Put(job);
        return job;
    }

    private void Adopt(OpenExecution open, ScheduledJob job, Work? replayed)
    {
        var run = new Run(open.Id, job, new Claim(open.JobId, open.ScheduledFor, open.Trigger), replayed)
        {
            Attempt = open.Attempts + 1,
            Version = open.Version,
            DueAt = open.RetryAt ?? open.ScheduledFor,
        };
        runs.TryAdd(run);
        if (open.Started)
        {
            run.Stage = RunStage.Ending;
            dispatcher.GiveUp(run);
        }
        else if (SkipClaim.Decide(run.Claim, run.Attempt, job.State, job.Timetable, job.DueAfter) is { } reason)
        {
            Skip(run, reason);
        }
        else
        {
            runs.Await(run);
        }
    }
}
