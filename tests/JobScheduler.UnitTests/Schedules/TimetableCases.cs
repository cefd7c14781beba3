using FsCheck;
using FsCheck.Fluent;
using JobScheduler.Checker;
using JobScheduler.Domain.Schedules;

namespace JobScheduler.UnitTests.Schedules;

/// <summary>Random schedules with and without bounds, and a stretch of time to look at; some of it around a change of the clocks.</summary>
internal static class TimetableCases
{
    private static readonly DateTimeOffset[] Beginnings =
        [new(2026, 3, 28, 23, 30, 0, TimeSpan.Zero), new(2026, 10, 24, 23, 30, 0, TimeSpan.Zero), new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero)];

    internal sealed record Case(Schedule Schedule, DateTimeOffset After, DateTimeOffset UpTo)
    {
        /// <summary>The occurrences in (After, UpTo], by walking through every second.</summary>
        public List<DateTimeOffset> Naive()
        {
            if (Schedule.RunAt is { } once) return IsIn(once) ? [once] : [];
            var from = After.UtcDateTime.AddTicks(-(After.Ticks % TimeSpan.TicksPerSecond));
            var zone = TimeZoneInfo.FindSystemTimeZoneById(Schedule.TimeZone);
            return [.. new NaiveCron(Schedule.Cron!).OccurrencesBetween(from, UpTo.UtcDateTime, zone).Select(o => new DateTimeOffset(o)).Where(IsIn)];
        }

        private bool IsIn(DateTimeOffset instant) =>
            instant > After && instant <= UpTo
            && (Schedule.StartAt is not { } start || instant >= start)
            && (Schedule.EndAt is not { } end || instant <= end);
    }

    public static Arbitrary<Case> All { get; } = (
        from beginning in Gen.Elements(Beginnings)
        from cron in Gen.Elements("* * * * * *", "*/7 * * * * *", "0 */5 * * * *", "30 15,45 * * * *", "0 30 2 * * *", "0 0 0 * * *", "0 0 0 30 2 *")
        from once in Gen.Elements(true, false, false, false, false)
        from zone in Gen.Elements("UTC", "Europe/Berlin")
        from after in Moment
        from length in Moment
        from start in Moment
        from end in Moment
        from bounds in Gen.Elements(0, 0, 1, 2, 3)
        select new Case(
            new Schedule(
                once ? null : cron,
                once ? beginning + end : null,
                zone,
                (bounds & 1) != 0 ? beginning + start : null,
                (bounds & 2) != 0 ? beginning + end : null),
            beginning + after,
            beginning + after + length)).ToArbitrary();

    /// <summary>Up to two hours, mostly whole seconds.</summary>
    private static Gen<TimeSpan> Moment =>
        from minutes in Gen.Choose(0, 24).Select(n => n * 5)
        from ticks in Gen.OneOf(
            Gen.Elements(0, 1, TimeSpan.TicksPerSecond - 1, TimeSpan.TicksPerMillisecond), Gen.Choose(0, 299).Select(s => s * TimeSpan.TicksPerSecond))
        select TimeSpan.FromMinutes(minutes) + TimeSpan.FromTicks(ticks);
}
