using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Configuration;

namespace JobScheduler.Host.Scheduling;

/// <summary>
/// Goes through the jobs' instants as they come near: claims what is due soon, applies the misfire policy to what is long past. Used by
/// the scheduler's thread only.
/// </summary>
internal sealed class OccurrenceClaims(
    JobHeap heap, RunBook runs, Claimer claimer, MissedRecorder missedRecorder, SchedulerOptions options, DateTimeOffset startedAt)
{
    private static readonly TimeSpan PauseAfterFailedClaim = TimeSpan.FromSeconds(1);

    private readonly List<Run> _toClaim = [];
    private DateTimeOffset _claimNotBefore;

    public DateTimeOffset? NextClaim =>
        heap.NextInstant - options.ClaimAhead is { } next ? next > _claimNotBefore ? next : _claimNotBefore : null;

    public void ClaimDue(DateTimeOffset now)
    {
        if (now < _claimNotBefore) return;
        var upTo = now + options.ClaimAhead;
        while (heap.TakeDue(upTo) is { } job)
        {
            ClaimUpTo(job, now, upTo);
            heap.Put(job);
        }

        if (_toClaim.Count == 0) return;
        claimer.Claim([.. _toClaim]);
        _toClaim.Clear();
    }

    public void ClaimUpTo(ScheduledJob job, DateTimeOffset now, DateTimeOffset upTo)
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
