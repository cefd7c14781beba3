using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Configuration;

namespace JobScheduler.Host.Scheduling;

/// <summary>
/// Goes through the jobs' instants as they come near: claims what is due soon, applies the misfire policy to what is long past. Used by
/// the scheduler's thread only.
/// </summary>
internal sealed class OccurrenceClaims(
    JobHeap heap, RunBook runs, Backlog backlog, Claimer claimer, MissedRecorder missedRecorder, SchedulerOptions options, DateTimeOffset startedAt)
{
    private static readonly TimeSpan PauseAfterFailedClaim = TimeSpan.FromSeconds(1);

    private readonly List<Run> _toClaim = [];
    private readonly List<MissedRange> _missed = [];
    private DateTimeOffset _startedAt = startedAt;
    private (DateTimeOffset After, DateTimeOffset UpTo) _jump;
    private DateTimeOffset _claimNotBefore;

    public DateTimeOffset? NextClaim =>
        backlog.IsFull ? null : heap.NextInstant - options.ClaimAhead is { } next ? next > _claimNotBefore ? next : _claimNotBefore : null;

    /// <summary>The clock was set, to <paramref name="now"/>.</summary>
    /// <param name="by">Forward if positive.</param>
    public void ClockJumped(TimeSpan by, DateTimeOffset now)
    {
        if (by > TimeSpan.Zero) _jump = (now - by, now);
        else if (now < _startedAt) _startedAt = now;
        _claimNotBefore = DateTimeOffset.MinValue;
    }

    public void ClaimDue(DateTimeOffset now)
    {
        if (now < _claimNotBefore) return;
        TakeDue(now);
        if (_missed.Count > 0) _ = missedRecorder.RecordAsync([.. _missed]);
        if (_toClaim.Count > 0) claimer.Claim([.. _toClaim]);
        _missed.Clear();
        _toClaim.Clear();
    }

    private void TakeDue(DateTimeOffset now)
    {
        var upTo = now + options.ClaimAhead;
        foreach (var job in backlog.TakeReleased()) PutBack(job);
        while (!backlog.IsFull && heap.TakeDue(upTo) is { } job)
        {
            var host = job.Host;
            if (backlog.RoomFor(host) is > 0 and var room)
            {
                ClaimUpTo(job, now, upTo, room);
                heap.Put(job);
            }
            else
            {
                backlog.HoldBack(job, host);
            }
        }
    }

    /// <param name="atMost">About so many runs; the rest stays due.</param>
    public void ClaimUpTo(ScheduledJob job, DateTimeOffset now, DateTimeOffset upTo, int atMost = int.MaxValue)
    {
        var graceEnd = now - (job.Work.Policy.MisfireGrace ?? options.MisfireGrace);
        if (job.Timetable.NextAfter(job.ClaimedThrough) is { } first && first <= graceEnd)
        {
            SettleMisfires(job, graceEnd < upTo ? graceEnd : upTo, ReasonOf(first, job));
        }

        while (job.Timetable.NextAfter(job.ClaimedThrough) is { } instant && instant <= upTo)
        {
            if (atMost-- == 0) return;
            AddClaim(job, instant);
            job.ClaimedThrough = instant;
        }

        job.HeldBack = false;
    }

    private MissedReason ReasonOf(DateTimeOffset first, ScheduledJob job) =>
        first < _startedAt ? MissedReason.SchedulerDown
        : first > _jump.After && first <= _jump.UpTo ? MissedReason.ClockJumped
        : job.HeldBack ? MissedReason.Backlog
        : MissedReason.SchedulerLate;

    /// <summary>Unless it was deleted meanwhile.</summary>
    private void PutBack(ScheduledJob job)
    {
        if (heap.Find(job.Id) == job) heap.Put(job);
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

        var policy = job.Work.Policy;
        var (missed, due) = Misfire.Decide(
            job.Id, job.Timetable, policy.Misfire, job.ClaimedThrough, end, reason, policy.MisfireLimit ?? Misfire.DefaultLimit);
        RecordMissed(missed, job);
        foreach (var instant in due) AddClaim(job, instant);
        job.ClaimedThrough = end;
    }

    private void RecordMissed(JobOccurrencesMissed? missed, ScheduledJob job)
    {
        if (missed is not null) _missed.Add(new(missed, job.Timetable));
    }

    private void AddClaim(ScheduledJob job, DateTimeOffset instant)
    {
        var run = new Run(ExecutionId.Of(job.Id, instant), job, new Claim(job.Id, instant, ExecutionTrigger.Schedule));
        if (runs.TryAdd(run)) _toClaim.Add(run);
    }

    public void ClaimAgain(Run run, DateTimeOffset now)
    {
        _claimNotBefore = now + PauseAfterFailedClaim;
        var (job, instant) = (run.Job, run.Claim.ScheduledFor);
        if (SkipClaim.Decide(run.Claim, run.Attempt, job.State, job.Timetable, job.DueAfter) is not null) return;
        if (job.State == JobState.Active && job.Timetable.Includes(instant))
        {
            if (instant <= job.ClaimedThrough) job.ClaimedThrough = instant.AddTicks(-1);
            heap.Put(job);
        }
        else
        {
            AddClaim(job, instant);
        }
    }
}
