using System.Globalization;
using JobScheduler.Domain;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Host.Api.Wire;
using JobScheduler.Projections.Executions;

namespace JobScheduler.Host.Api.Explaining;

/// <summary>What the log holds of a job at an instant.</summary>
/// <param name="Job">All events of the job's stream, oldest first; at least one.</param>
/// <param name="Execution">The events of that instant's execution; empty: there is none.</param>
/// <param name="Missed">The missed occurrences that the instant lies among, and their event; <c>null</c>: none.</param>
/// <param name="StillOpen">The job's earlier run that was open at that instant; <c>null</c>: none.</param>
internal sealed record ExplainBasis(
    IReadOnlyList<StoredEvent> Job, IReadOnlyList<StoredEvent> Execution, (MissedRow Row, StoredEvent Event)? Missed, ExecutionRow? StillOpen);

/// <summary>A verdict before it is shown.</summary>
/// <param name="Because">The events it rests on.</param>
internal sealed record Finding(ExplainVerdict Verdict, string Answer, IReadOnlyList<StoredEvent> Because, string? Reason = null, string? By = null);

/// <summary>
/// Answers why a job ran or did not, from its events alone: what is recorded of the instant comes first, then whether the job was due
/// by its state and schedule of that time. A change takes effect after its own instant.
/// </summary>
internal static class Explain
{
    /// <param name="timetable">Of the definition in force; <c>null</c>: this machine cannot read it, or there was no definition yet.</param>
    public static Finding Decide(ExplainBasis basis, Timetable? timetable, DateTimeOffset at, DateTimeOffset now)
    {
        if (basis.Execution is [{ Data: not JobOccurrencesMissed }, ..]) return Recorded(basis, at, now);
        var before = basis.Job.TakeWhile(e => e.Timestamp < at).ToList();
        if (before.Count == 0) return NotCreated(basis.Job[0]);
        var job = before.Aggregate((Job?)null, (state, stored) => Job.Evolve(state, (JobEvent)stored.Data))!;
        var schedule = before.Last(e => e.Data is JobCreated or JobRescheduled);
        if (job.State == JobState.Deleted) return Deleted(before[^1]);
        if (job.State == JobState.Paused) return Paused(before.Last(e => e.Data is JobPaused), basis.Job);
        if (timetable is null)
        {
            return new(ExplainVerdict.NotReadable, $"This machine cannot read the schedule: it does not know the time zone {job.Definition.Schedule.TimeZone}.", [schedule]);
        }

        if (!timetable.Includes(at)) return NotDue(job.Definition.Schedule, timetable, schedule, at);
        if (basis.Missed is { } missed) return Missed(missed.Row, missed.Event, job.Definition.Policy.Misfire);
        return at > now
            ? new(ExplainVerdict.WillBeDue, "It lies ahead and is due, unless the job is changed, paused or deleted before.", [schedule])
            : new(
                ExplainVerdict.Unaccounted,
                "It was due, and nothing is recorded of it yet: the scheduler has yet to come to it. If it stays so, no node is scheduling.",
                [schedule]);
    }

    private static Finding Recorded(ExplainBasis basis, DateTimeOffset at, DateTimeOffset now)
    {
        var execution = basis.Execution.Aggregate((Execution?)null, (state, stored) => Execution.Evolve(state, (ExecutionEvent)stored.Data))!;
        var last = basis.Execution[^1];
        var attempts = execution.Attempts.Count == 1 ? "" : $", at attempt {execution.Attempts.Count}";
        return execution.Status switch
        {
            ExecutionStatus.Completed => new(
                ExplainVerdict.Completed, $"It ran and succeeded{attempts}: {Call(execution.Attempts[^1], at)}.", basis.Execution),
            ExecutionStatus.Failed => new(
                ExplainVerdict.Failed,
                $"It failed{attempts}: {Call(execution.Attempts[^1], at)}. {execution.Attempts[^1].Error}",
                basis.Execution,
                Reason: WireName.Of(execution.Attempts[^1].Failure!.Value)),
            ExecutionStatus.Skipped => Skipped(basis, execution.SkipReason!.Value, last),
            _ => new(ExplainVerdict.Open, Open(execution, basis.Execution[0], at, now), basis.Execution),
        };
    }

    private static string Call(AttemptResult attempt, DateTimeOffset at)
    {
        var late = attempt.StartedAt - at;
        var lateness = late < Schedule.Resolution ? "" : $", {Text(late)} after it was due";
        var status = attempt.StatusCode is { } code ? $", answered {code}" : "";
        return $"called at {InstantText.Of(attempt.StartedAt)}{lateness}{status}";
    }

    private static string Open(Execution execution, StoredEvent claim, DateTimeOffset at, DateTimeOffset now)
    {
        var claimed = $"It was claimed at {InstantText.Of(claim.Timestamp)} and has no outcome yet";
        if (execution.RetryAt is { } retry)
            return $"{claimed}: attempt {execution.Attempts.Count} failed ({execution.Attempts[^1].Error}), the next is due at {InstantText.Of(retry)}.";
        return at > now ? $"{claimed}: it is due in {Text(at - now)}." : $"{claimed}: its call is under way, or waits for a run before it or for a free place.";
    }

    private static Finding Skipped(ExplainBasis basis, SkipReason reason, StoredEvent skip)
    {
        if (reason == SkipReason.PreviousRunOpen)
        {
            var run = basis.StillOpen is { } open ? $"the run of {InstantText.Of(open.ScheduledFor)} ({open.Id})" : "an earlier run";
            return new(
                ExplainVerdict.Skipped, $"It was not sent: {run} was still open, and the job's overlap policy does not let them run side by side.",
                basis.Execution, WireName.Of(reason));
        }

        var change = basis.Job.LastOrDefault(e => e.Timestamp <= skip.Timestamp && Undoes(e.Data, reason));
        var by = change is null ? null : Actor.Behind(change);
        var what = reason switch
        {
            SkipReason.JobPaused => "paused",
            SkipReason.JobDeleted => "deleted",
            _ => "changed",
        };
        var when = change is null ? "" : $" at {InstantText.Of(change.Timestamp)}{Of(by)}";
        return new(
            ExplainVerdict.Skipped,
            $"It was claimed ahead of its instant, but the job was {what}{when} before it was sent.",
            change is null ? basis.Execution : [.. basis.Execution, change],
            WireName.Of(reason),
            by);
    }

    private static bool Undoes(object @event, SkipReason reason) => reason switch
    {
        SkipReason.JobPaused => @event is JobPaused,
        SkipReason.JobDeleted => @event is JobDeleted,
        _ => @event is JobRescheduled or JobResumed,
    };

    private static Finding NotCreated(StoredEvent created) => new(
        ExplainVerdict.NotCreated,
        $"The job did not exist yet: it was created at {InstantText.Of(created.Timestamp)}{Of(Actor.Behind(created))}.",
        [created],
        By: Actor.Behind(created));

    private static Finding Deleted(StoredEvent deleted) => new(
        ExplainVerdict.Deleted,
        $"The job was deleted at {InstantText.Of(deleted.Timestamp)}{Of(Actor.Behind(deleted))}.",
        [deleted],
        By: Actor.Behind(deleted));

    private static Finding Paused(StoredEvent paused, IReadOnlyList<StoredEvent> job)
    {
        var resumed = job.FirstOrDefault(e => e.Version > paused.Version && e.Data is JobResumed);
        var until = resumed is null ? "" : $", and resumed at {InstantText.Of(resumed.Timestamp)}{Of(Actor.Behind(resumed))}";
        return new(
            ExplainVerdict.Paused,
            $"The job was paused at {InstantText.Of(paused.Timestamp)}{Of(Actor.Behind(paused))}{until}.",
            resumed is null ? [paused] : [paused, resumed],
            By: Actor.Behind(paused));
    }

    private static Finding NotDue(Schedule schedule, Timetable timetable, StoredEvent set, DateTimeOffset at)
    {
        if (at < schedule.StartAt) return new(ExplainVerdict.BeforeStart, $"The job starts only at {InstantText.Of(schedule.StartAt.Value)}.", [set]);
        if (at > schedule.EndAt) return new(ExplainVerdict.AfterEnd, $"The job ended at {InstantText.Of(schedule.EndAt.Value)}.", [set]);
        var what = schedule.Cron is { } cron ? $"The schedule '{cron}' ({schedule.TimeZone})" : "The job runs once, and";
        var next = timetable.NextAfter(at) is { } then ? $"the next one is at {InstantText.Of(then)}" : "there is none after it";
        return new(ExplainVerdict.NotDue, $"{what} has no occurrence at that instant; {next}.", [set]);
    }

    private static Finding Missed(MissedRow range, StoredEvent @event, MisfirePolicy policy)
    {
        var why = range.Reason switch
        {
            MissedReason.SchedulerDown => "no node was scheduling, or none could reach PostgreSQL",
            MissedReason.SchedulerLate => "the scheduler came to it later than the misfire grace allows",
            MissedReason.ScheduleSuperseded => "no node was scheduling, and the job was changed before one could run it",
            MissedReason.ClockJumped => "the scheduler's clock was set forward past it, or its machine slept",
            MissedReason.Backlog => "too many runs to the host that it calls were open already, for longer than the misfire grace",
            _ => throw new InvalidOperationException($"Unknown reason {range.Reason}."),
        };
        var among = range.Count == 1 ? "" : $" It is one of {range.Count} from {InstantText.Of(range.FirstAt)} to {InstantText.Of(range.LastAt)}.";
        return new(
            ExplainVerdict.Missed,
            $"It was missed: {why}.{among} Recorded at {InstantText.Of(range.RecordedAt)}; the job's misfire policy was {WireName.Of(policy)}.",
            [@event],
            WireName.Of(range.Reason));
    }

    private static string Of(string? by) => by is null ? "" : $" by {by}";

    private static string Text(TimeSpan time) => time < TimeSpan.FromMinutes(1)
        ? $"{time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s"
        : time.ToString("g", CultureInfo.InvariantCulture);
}
