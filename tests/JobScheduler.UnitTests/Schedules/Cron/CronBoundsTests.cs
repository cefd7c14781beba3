using JobScheduler.Domain.Schedules.Cron;

namespace JobScheduler.UnitTests.Schedules.Cron;

public sealed class CronBoundsTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly CronExpression EverySecond = CronExpression.EverySecond;

    [Theory]
    [InlineData(false, 0, 1)]
    [InlineData(true, 0, 0)]
    [InlineData(false, 1, 1)]
    [InlineData(true, 1, 1)]
    [InlineData(false, TimeSpan.TicksPerSecond - 1, 1)]
    public void Next_is_a_whole_second_when_the_instant_is_not(bool inclusive, long ticks, int seconds)
    {
        var start = new DateTime(2026, 3, 10, 9, 15, 0, DateTimeKind.Utc);

        EverySecond.GetNextOccurrence(start.AddTicks(ticks), inclusive).ShouldBe(start.AddSeconds(seconds));
        EverySecond.GetNextOccurrence(start.AddTicks(ticks), Berlin, inclusive).ShouldBe(start.AddSeconds(seconds));
    }

    [Fact]
    public void Next_has_the_offset_of_the_zone_when_the_instant_has_another()
    {
        var next = CronExpression.Daily.GetNextOccurrence(new DateTimeOffset(2026, 7, 1, 20, 0, 0, TimeSpan.FromHours(-4)), Berlin);

        next!.Value.EqualsExact(new DateTimeOffset(2026, 7, 3, 0, 0, 0, TimeSpan.FromHours(2))).ShouldBeTrue();
    }

    [Fact]
    public void Next_is_null_when_past_the_year_2499()
    {
        var last = new DateTime(2499, 12, 31, 23, 59, 59, DateTimeKind.Utc);

        EverySecond.GetNextOccurrence(last.AddSeconds(-1)).ShouldBe(last);
        EverySecond.GetNextOccurrence(last).ShouldBeNull();
        EverySecond.GetNextOccurrence(last, Berlin).ShouldBeNull();
        EverySecond.GetNextOccurrence(DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc)).ShouldBeNull();
        EverySecond.GetNextOccurrence(DateTimeOffset.MaxValue, Berlin).ShouldBeNull();
    }

    [Fact]
    public void Previous_and_count_end_where_occurrences_do_when_past_the_year_2499()
    {
        var last = new DateTimeOffset(2499, 12, 31, 23, 59, 59, TimeSpan.FromHours(1));

        EverySecond.GetPreviousOccurrence(DateTimeOffset.MaxValue, Berlin).ShouldBe(last);
        EverySecond.CountOccurrences(last.AddSeconds(-9), DateTimeOffset.MaxValue, Berlin).ShouldBe(9);
    }

    [Fact]
    public void Searches_hold_when_the_instant_is_the_first_of_all()
    {
        var newYork = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");

        EverySecond.GetNextOccurrence(DateTimeOffset.MinValue, TimeZoneInfo.Utc, inclusive: true).ShouldBe(DateTimeOffset.MinValue);
        CronExpression.Yearly.GetNextOccurrence(DateTimeOffset.MinValue, Berlin)!.Value.Year.ShouldBe(2);
        EverySecond.GetPreviousOccurrence(DateTimeOffset.MinValue, newYork).ShouldBeNull();
        EverySecond.GetPreviousOccurrence(DateTimeOffset.MinValue, newYork, inclusive: true).ShouldBeNull();
    }

    [Fact]
    public void Previous_is_null_when_before_1970()
    {
        var epoch = DateTimeOffset.UnixEpoch;

        CronExpression.Daily.GetPreviousOccurrence(epoch.AddSeconds(1), TimeZoneInfo.Utc).ShouldBe(epoch);
        CronExpression.Daily.GetPreviousOccurrence(epoch, TimeZoneInfo.Utc).ShouldBeNull();
        CronExpression.Parse("0 0 29 2 *").GetPreviousOccurrence(epoch.AddDays(700), Berlin).ShouldBeNull();
    }

    [Fact]
    public void Previous_is_the_latest_when_the_expression_is_rare()
    {
        var leapMonday = CronExpression.Parse("0 12 29 2 MON");

        leapMonday.GetPreviousOccurrence(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero), Berlin)
            .ShouldBe(new DateTimeOffset(2016, 2, 29, 12, 0, 0, TimeSpan.FromHours(1)));
    }

    [Fact]
    public void Count_tells_the_seconds_of_an_outage()
    {
        var from = new DateTimeOffset(2026, 3, 28, 12, 0, 0, TimeSpan.FromHours(1));

        // Berlin lost an hour of the clock, not of time.
        EverySecond.CountOccurrences(from, from.AddDays(2), Berlin).ShouldBe(2 * 86_400);
        CronExpression.Hourly.CountOccurrences(from, from.AddDays(2), Berlin).ShouldBe(48);
        CronExpression.Daily.CountOccurrences(from, from.AddDays(2), Berlin).ShouldBe(2);
        CronExpression.Yearly.CountOccurrences(from, from.AddYears(400), Berlin).ShouldBe(400);
        EverySecond.CountOccurrences(from, from, Berlin).ShouldBe(0);
        EverySecond.CountOccurrences(from, from, Berlin, fromInclusive: true).ShouldBe(1);
    }

    [Fact]
    public void Searches_allocate_nothing()
    {
        CronExpression[] expressions = [EverySecond, CronExpression.Parse("*/5 9-17 * * MON-FRI"), CronExpression.Parse("30 2 LW * *")];
        Search(days: 800);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Search(days: 800);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Search(int days)
        {
            var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
            foreach (var cron in expressions)
            {
                for (var day = 0; day < days; day++)
                {
                    var from = start.AddDays(day);
                    _ = cron.GetNextOccurrence(from, Berlin);
                    _ = cron.GetNextOccurrence(from.UtcDateTime, Berlin);
                    _ = cron.GetNextOccurrence(from.UtcDateTime);
                    _ = cron.GetPreviousOccurrence(from, Berlin);
                    _ = cron.CountOccurrences(start, from, Berlin);
                }
            }
        }
    }
}
