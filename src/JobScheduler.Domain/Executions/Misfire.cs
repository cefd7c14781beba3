using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;

namespace JobScheduler.Domain.Executions;

/// <summary>What to do about the occurrences that passed while nobody could run them.</summary>
/// <param name="Missed">To be recorded as missed; <c>null</c>: none.</param>
/// <param name="Due">To be run now, late, earliest first.</param>
public sealed record MisfireDecision(JobOccurrencesMissed? Missed, IReadOnlyList<DateTimeOffset> Due);

/// <summary>Applies a job's misfire policy. Costs memory for as many instants as are run late, however long the outage.</summary>
public static class Misfire
{
    /// <summary>The most that <see cref="MisfirePolicy.FireAll"/> runs of one outage, unless the job says otherwise.</summary>
    public const int DefaultLimit = 100;

    /// <param name="after">The last instant that is settled; occurrences later than it are not.</param>
    /// <param name="graceEnd">Occurrences up to this instant are later than the misfire grace; those after it simply run.</param>
    /// <param name="limit">The most that <see cref="MisfirePolicy.FireAll"/> runs.</param>
    public static MisfireDecision Decide(
        Guid jobId,
        Timetable timetable,
        MisfirePolicy policy,
        DateTimeOffset after,
        DateTimeOffset graceEnd,
        MissedReason reason,
        int limit = DefaultLimit)
    {
        if (timetable.NextAfter(after) is not { } first || first > graceEnd) return new(null, []);
        var last = timetable.LatestBetween(after, graceEnd)!.Value;
        return policy switch
        {
            MisfirePolicy.Skip => new(MissedUpTo(last), []),
            MisfirePolicy.FireOnce => FireLatest(1),
            MisfirePolicy.FireAll => FireLatest(limit),
            _ => throw new InvalidOperationException($"Unknown misfire policy {policy}."),
        };

        JobOccurrencesMissed MissedUpTo(DateTimeOffset to) =>
            new(jobId, first, to, timetable.CountBetween(first.AddTicks(-1), to), reason);

        MisfireDecision FireLatest(int most)
        {
            var due = new List<DateTimeOffset> { last };
            while (due.Count < most && timetable.LatestBetween(first.AddTicks(-1), due[^1].AddTicks(-1)) is { } earlier) due.Add(earlier);
            due.Reverse();
            return timetable.LatestBetween(first.AddTicks(-1), due[0].AddTicks(-1)) is { } lastMissed
                ? new(MissedUpTo(lastMissed), due)
                : new(null, due);
        }
    }

    /// <summary>All occurrences in (<paramref name="after"/>, <paramref name="upTo"/>] as missed; <c>null</c> when there are none.</summary>
    public static JobOccurrencesMissed? MissAll(
        Guid jobId, Timetable timetable, DateTimeOffset after, DateTimeOffset upTo, MissedReason reason) =>
        Decide(jobId, timetable, MisfirePolicy.Skip, after, upTo, reason).Missed;
}
