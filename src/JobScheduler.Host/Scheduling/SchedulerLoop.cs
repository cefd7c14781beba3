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
    OpenExecutionLooks looks,
    Dispatcher dispatcher,
    SchedulerOptions options,
    TimeProvider time,
    DateTimeOffset startedAt)
{
    private readonly JobHeap _heap = new();
    private readonly RunBook _runs = new();
    private readonly List<Run> _toClaim = [];

    /// <summary>Before <see cref="Run"/>: a job that is active.</summary>
    public void Add(JobRow row) => _heap.Put(new ScheduledJob(row));

    /// <summary>Before <see cref="Run"/>, after the jobs: executions that are open from before.</summary>
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
            inbox.Wait(_runs.NextDue, _heap.NextInstant - options.ClaimAhead);
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

    private void ClaimDue(DateTimeOffset now)
    {
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
            var reason = first < startedAt ? MissedReason.SchedulerDown : MissedReason.SchedulerLate;
            var end = graceEnd < upTo ? graceEnd : upTo;
            var (missed, due) = Misfire.Decide(job.Id, job.Timetable, job.Definition.Policy.Misfire, job.ClaimedThrough, end, reason);
            if (missed is not null) claimer.RecordMissed(missed, job.Timetable);
            foreach (var instant in due) AddClaim(job, instant);
            job.ClaimedThrough = end;
        }

        while (job.Timetable.NextAfter(job.ClaimedThrough) is { } instant && instant <= upTo)
        {
            AddClaim(job, instant);
            job.ClaimedThrough = instant;
        }
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
            else if (_heap.Find(run.Job.Id) == run.Job && run.Claim.ScheduledFor <= run.Job.ClaimedThrough)
            {
                run.Job.ClaimedThrough = run.Claim.ScheduledFor.AddTicks(-1);
                _heap.Put(run.Job);
            }
        }

        // Whoever made the claim may be gone: another node, or this process when a commit's acknowledgement was lost.
        if (conflicts is not null) looks.Ask(new(conflicts));
    }

    // Sending

    private void SendDue(DateTimeOffset now)
    {
        List<Run>? due = null;
        while (_runs.TakeDue(now) is { } run)
        {
            var job = run.Job;
            var anotherIsOpen = job.Runs.Exists(other => other != run && (other.Stage == RunStage.Sent || other is { Stage: RunStage.Waiting, Attempt: > 1 }));
            switch (Overlap.Decide(job.Definition.Policy.Overlap, run.Claim.Trigger, run.Attempt, anotherIsOpen, job.Queued is not null))
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
        run.Stage = RunStage.Skipped;
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
            if (row.State == JobState.Active) _heap.Put(new ScheduledJob(row));
            return;
        }

        if (row.Version <= job.Version) return;
        if (row.State == job.State && row.Definition.Schedule == job.Definition.Schedule)
        {
            job.Apply(row);
            return;
        }

        // What was due before the change is still run, on the schedule of that time.
        if (job.State == JobState.Active) ClaimUpTo(job, time.GetUtcNow(), row.DueAfter);
        job.Apply(row);
        job.ClaimedThrough = row.DueAfter;
        SkipWhatIsNoLongerDue(job, row.DueAfter);
        if (row.State == JobState.Deleted) _heap.Remove(job);
        else _heap.Put(job);
    }

    private void SkipWhatIsNoLongerDue(ScheduledJob job, DateTimeOffset changedAt)
    {
        foreach (var run in job.Runs.Where(r => r.Stage is RunStage.Claiming or RunStage.Waiting).ToList())
        {
            if (SkipClaim.Decide(run.Claim, run.Attempt, job.State, job.Timetable, changedAt) is not { } reason) continue;
            if (run.Stage == RunStage.Claiming) run.SkipWith = reason;
            else Skip(run, reason);
        }
    }

    // Taking over open executions

    private void Adopt(SchedulerMessage.OpenFound open)
    {
        foreach (var (execution, row) in open.Executions)
        {
            if (_runs.Knows(execution.Id) || dispatcher.IsUnderWay(execution.Id) || looks.HasEndedMeanwhile(execution.Id)) continue;
            if (_heap.Find(row.Id) is not { } job)
            {
                job = new ScheduledJob(row);
                if (row.State != JobState.Deleted) _heap.Put(job);
            }

            Adopt(execution, job, row.DueAfter);
        }
    }

    private void Adopt(OpenExecution open, ScheduledJob job, DateTimeOffset changedAt)
    {
        var run = new Run(open.Id, job, new Claim(open.JobId, open.ScheduledFor, open.Trigger))
        {
            Attempt = open.Attempts + 1,
            Version = open.Attempts + 1,
            DueAt = open.RetryAt ?? open.ScheduledFor,
        };
        _runs.TryAdd(run);
        if (open.Trigger == ExecutionTrigger.Schedule && open.ScheduledFor > job.ClaimedThrough) job.ClaimedThrough = open.ScheduledFor;
        if (SkipClaim.Decide(run.Claim, run.Attempt, job.State, job.Timetable, changedAt) is { } reason)
        {
            Skip(run, reason);
        }
        else if (job.Definition.Policy.Type == DeliveryType.AtMostOnce && MayHaveBeenSent(open))
        {
            run.Stage = RunStage.Skipped;
            dispatcher.GiveUp(run);
        }
        else
        {
            _runs.Await(run);
        }
    }

    /// <summary>A claim that this thread did not make may have been sent from its instant on; a request made in its time was not.</summary>
    private bool MayHaveBeenSent(OpenExecution open) =>
        open.ScheduledFor <= time.GetUtcNow() && (open.Trigger == ExecutionTrigger.Schedule || open.ClaimedAt < startedAt);
}
