using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Configuration;
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
    Claimer claimer,
    MissedRecorder missedRecorder,
    OpenExecutionLooks looks,
    Dispatcher dispatcher,
    SchedulerOptions options,
    TimeProvider time,
    DateTimeOffset startedAt,
    ILogger logger)
{
    private static readonly TimeSpan PauseAfterFailedClaim = TimeSpan.FromSeconds(1);

    private readonly JobHeap _heap = new();
    private readonly RunBook _runs = new();
    private readonly List<Run> _toClaim = [];
    private DateTimeOffset _claimNotBefore;

    /// <summary>Before <see cref="Run"/>: a job that is active.</summary>
    public void Add(JobRow row)
    {
        if (Build(row) is { } job) _heap.Put(job);
    }

    /// <summary>Before <see cref="Run"/>, after the jobs: runs that the dispatcher still has from an earlier time of scheduling.</summary>
    public void Add(Run underWay, JobRow row)
    {
        if (JobOf(row) is not { } job) return;
        underWay.Job = job;
        _runs.TryAdd(underWay);
    }

    /// <summary>Before <see cref="Run"/>, last: executions that are open from before.</summary>
    public void Add(SchedulerMessage.OpenFound open) => Adopt(open);

    /// <summary>Returns when <paramref name="stop"/> is cancelled; runs that are not sent stay open.</summary>
    public void Run(CancellationToken stop)
    {
        using var wake = stop.Register(inbox.Wake);
        while (!stop.IsCancellationRequested)
        {
            while (inbox.TryTake(out var message)) Handle(message);
            var now = time.GetUtcNow();
            ClaimDue(now);
            SendDue(now);
            inbox.Wait(_runs.NextDue, NextClaim);
        }
    }

    private void Handle(SchedulerMessage message)
    {
        switch (message)
        {
            case SchedulerMessage.JobsChanged m:
                foreach (var row in m.Jobs) Change(row);
                break;
            case SchedulerMessage.ClaimsEnded m: EndClaims(m.Claims); break;
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

    // Claiming

    private DateTimeOffset? NextClaim =>
        _heap.NextInstant - options.ClaimAhead is { } next ? next > _claimNotBefore ? next : _claimNotBefore : null;

    private void ClaimDue(DateTimeOffset now)
    {
        if (now < _claimNotBefore) return;
        var upTo = now + options.ClaimAhead;
        while (_heap.TakeDue(upTo) is { } job)
        {
            ClaimUpTo(job, now, upTo);
            _heap.Put(job);
        }

        if (_toClaim.Count == 0) return;
        claimer.Claim([.. _toClaim]);
        _toClaim.Clear();
    }

    private void ClaimUpTo(ScheduledJob job, DateTimeOffset now, DateTimeOffset upTo)
    {
        var graceEnd = now - options.MisfireGrace;
        if (job.Timetable.NextAfter(job.ClaimedThrough) is { } first && first <= graceEnd)
        {
            SettleMisfires(job, graceEnd < upTo ? graceEnd : upTo, first < startedAt ? MissedReason.SchedulerDown : MissedReason.SchedulerLate);
        }

        while (job.Timetable.NextAfter(job.ClaimedThrough) is { } instant && instant <= upTo)
        {
            AddClaim(job, instant);
            job.ClaimedThrough = instant;
        }
    }

    private void SettleMisfires(ScheduledJob job, DateTimeOffset end, MissedReason reason)
    {
        // Runs that are open from before lie between what was missed.
        var open = job.Runs.Where(r => r.Claim.Trigger == ExecutionTrigger.Schedule).Select(r => r.Claim.ScheduledFor);
        foreach (var instant in open.Where(i => i > job.ClaimedThrough && i <= end).Order().ToList())
        {
            RecordMissed(Misfire.MissAll(job.Id, job.Timetable, job.ClaimedThrough, instant.AddTicks(-1), reason), job);
            job.ClaimedThrough = instant;
        }

        var (missed, due) = Misfire.Decide(job.Id, job.Timetable, job.Work.Policy.Misfire, job.ClaimedThrough, end, reason);
        RecordMissed(missed, job);
        foreach (var instant in due) AddClaim(job, instant);
        job.ClaimedThrough = end;
    }

    private void RecordMissed(JobOccurrencesMissed? missed, ScheduledJob job)
    {
        if (missed is not null) _ = missedRecorder.RecordAsync(missed, job.Timetable);
    }

    private void AddClaim(ScheduledJob job, DateTimeOffset instant)
    {
        var run = new Run(ExecutionId.Of(job.Id, instant), job, new Claim(job.Id, instant, ExecutionTrigger.Schedule));
        if (_runs.TryAdd(run)) _toClaim.Add(run);
    }

    private void EndClaims(IReadOnlyList<(Run Run, ClaimOutcome Outcome)> claims)
    {
        List<Guid>? conflicts = null;
        foreach (var (run, outcome) in claims)
        {
            if (outcome == ClaimOutcome.Claimed)
            {
                if (run.SkipWith is { } reason) Skip(run, reason);
                else _runs.Await(run);
                continue;
            }

            _runs.Forget(run);
            if (outcome == ClaimOutcome.Conflict) (conflicts ??= []).Add(run.ExecutionId);
            else ClaimAgain(run);
        }

        // Whoever made the claim may be gone: another node, or this process when a commit's acknowledgement was lost.
        if (conflicts is not null) looks.Ask(new(conflicts));
    }

    private void ClaimAgain(Run run)
    {
        _claimNotBefore = time.GetUtcNow() + PauseAfterFailedClaim;
        var (job, instant) = (run.Job, run.Claim.ScheduledFor);
        if (SkipClaim.Decide(run.Claim, run.Attempt, job.State, job.Timetable, job.DueAfter) is not null) return;
        if (job.State == JobState.Active && job.Timetable.Includes(instant))
        {
            if (instant <= job.ClaimedThrough) job.ClaimedThrough = instant.AddTicks(-1);
            _heap.Put(job);
        }
        else
        {
            AddClaim(job, instant);
        }
    }

    // Sending

    private void SendDue(DateTimeOffset now)
    {
        List<Run>? due = null;
        while (_runs.TakeDue(now) is { } run)
        {
            var job = run.Job;
            var anotherIsOpen = job.Runs.Exists(other => other != run && (other.Stage == RunStage.Sent || other is { Stage: RunStage.Waiting, Attempt: > 1 }));
            switch (Overlap.Decide(job.Work.Policy.Overlap, run.Claim.Trigger, run.Attempt, anotherIsOpen, job.Queued is not null))
            {
                case OverlapDecision.Start:
                    run.Stage = RunStage.Sent;
                    (due ??= []).Add(run);
                    break;
                case OverlapDecision.Wait: job.Queued = run; break;
                case OverlapDecision.Skip: Skip(run, SkipReason.PreviousRunOpen); break;
            }
        }

        if (due is not null) dispatcher.Send(due);
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
            _runs.TryAdd(run);
            if (run.Job.State == JobState.Deleted) Skip(run, SkipReason.JobDeleted);
            else _runs.Await(run);
            return;
        }

        looks.Ended(run.ExecutionId);
        _runs.Forget(run);
        if (run.Job.Queued is not { } queued) return;
        run.Job.Queued = null;
        if (queued.Stage == RunStage.Waiting) _runs.Await(queued);
    }

    // Following the jobs

    private void Change(JobRow row)
    {
        if (_heap.Find(row.Id) is not { } job)
        {
            if (row.State == JobState.Active) Add(row);
            return;
        }

        if (row.Version <= job.Version) return;
        // What was due before the change is still run, on the schedule of that time.
        var isDueOtherwise = row.DueAfter != job.DueAfter;
        if (isDueOtherwise && job.State == JobState.Active) ClaimUpTo(job, time.GetUtcNow(), row.DueAfter);
        if (!TryApply(job, row))
        {
            _heap.Remove(job);
            return;
        }

        if (!isDueOtherwise) return;
        job.ClaimedThrough = row.DueAfter;
        SkipWhatIsNoLongerDue(job);
        if (row.State == JobState.Deleted) _heap.Remove(job);
        else _heap.Put(job);
    }

    private void SkipWhatIsNoLongerDue(ScheduledJob job)
    {
        foreach (var run in job.Runs.Where(r => r.Stage is RunStage.Claiming or RunStage.Waiting).ToList())
        {
            var reason = SkipClaim.Decide(run.Claim, run.Attempt, job.State, job.Timetable, job.DueAfter);
            if (run.Stage == RunStage.Claiming) run.SkipWith = reason;
            else if (reason is not null) Skip(run, reason.Value);
        }
    }

    private ScheduledJob? Build(JobRow row)
    {
        try
        {
            return new ScheduledJob(row);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or FormatException)
        {
            logger.LogError("Job {JobId} cannot be scheduled on this machine and is left out: {Reason}", row.Id, e.Message);
            return null;
        }
    }

    private bool TryApply(ScheduledJob job, JobRow row)
    {
        try
        {
            job.Apply(row);
            return true;
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or FormatException)
        {
            logger.LogError("Job {JobId} cannot be scheduled on this machine and is left out: {Reason}", row.Id, e.Message);
            return false;
        }
    }

    // Taking over open executions

    private void Adopt(SchedulerMessage.OpenFound open)
    {
        foreach (var (execution, row) in open.Executions)
        {
            if (_runs.Knows(execution.Id) || dispatcher.IsUnderWay(execution.Id) || looks.HasEndedMeanwhile(execution.Id)) continue;
            if (JobOf(row) is { } job) Adopt(execution, job);
        }
    }

    private ScheduledJob? JobOf(JobRow row)
    {
        if (_heap.Find(row.Id) is { } known) return known;
        var job = Build(row);
        if (job is not null && row.State != JobState.Deleted) _heap.Put(job);
        return job;
    }

    private void Adopt(OpenExecution open, ScheduledJob job)
    {
        var run = new Run(open.Id, job, new Claim(open.JobId, open.ScheduledFor, open.Trigger))
        {
            Attempt = open.Attempts + 1,
            Version = open.Version,
            DueAt = open.RetryAt ?? open.ScheduledFor,
        };
        _runs.TryAdd(run);
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
            _runs.Await(run);
        }
    }
}
