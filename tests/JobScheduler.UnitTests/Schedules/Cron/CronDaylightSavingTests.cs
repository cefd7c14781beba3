using System.Globalization;
using JobScheduler.Domain.Schedules.Cron;

namespace JobScheduler.UnitTests.Schedules.Cron;

/// <summary>Each row lists, from an instant exclusive, the occurrences that follow.</summary>
public sealed class CronDaylightSavingTests
{
    // New York, 2026-03-08:   01:59:59 -05 |  02:00 ... 02:59:59 do not exist  | 03:00 -04
    [Theory]
    [InlineData("0 30 1 * * *", "03-08 00:00 -05:00", "03-08 01:30 -05:00", "03-09 01:30 -04:00")]
    [InlineData("0 30 2 * * *", "03-07 12:00 -05:00", "03-08 03:00 -04:00", "03-09 02:30 -04:00")]
    [InlineData("0 0,15,45 2 * * *", "03-08 01:59 -05:00", "03-08 03:00 -04:00", "03-09 02:00 -04:00")]
    [InlineData("0 0 2,3 * * *", "03-08 01:59 -05:00", "03-08 03:00 -04:00", "03-09 02:00 -04:00")]
    [InlineData("0 0 3 * * *", "03-08 01:59 -05:00", "03-08 03:00 -04:00", "03-09 03:00 -04:00")]
    [InlineData("0 */30 * * * *", "03-08 01:00 -05:00", "03-08 01:30 -05:00", "03-08 03:00 -04:00", "03-08 03:30 -04:00")]
    [InlineData("0 30 * * * *", "03-08 01:00 -05:00", "03-08 01:30 -05:00", "03-08 03:00 -04:00", "03-08 03:30 -04:00")]
    [InlineData("0 0 */2 * * *", "03-08 00:00 -05:00", "03-08 03:00 -04:00", "03-08 04:00 -04:00")]
    [InlineData("* * * * * *", "03-08 01:59:58 -05:00", "03-08 01:59:59 -05:00", "03-08 03:00 -04:00", "03-08 03:00:01 -04:00")]
    [InlineData("0 30 2 * * SUN#2", "03-08 01:59 -05:00", "03-08 03:00 -04:00", "04-12 02:30 -04:00")]
    public void Next_moves_past_the_gap_when_new_york_jumps_forward(string expression, string from, params string[] expected) =>
        Follow("America/New_York", 2026, expression, from, expected);

    // New York, 2026-11-01:   01:00 -04 ... 01:59:59 -04 | 01:00 -05 ... 01:59:59 -05 | 02:00 -05
    //                         \____ first time ____/        \____ second time ____/
    [Theory]
    [InlineData("0 30 1 * * *", "11-01 00:00 -04:00", "11-01 01:30 -04:00", "11-02 01:30 -05:00")]
    [InlineData("0 30 1 * * *", "11-01 01:30 -04:00", "11-02 01:30 -05:00")]
    [InlineData("0 30 1 * * *", "11-01 01:15 -05:00", "11-02 01:30 -05:00")]
    [InlineData("0 0,30 1,2 * * *", "11-01 01:15 -04:00", "11-01 01:30 -04:00", "11-01 02:00 -05:00", "11-01 02:30 -05:00")]
    [InlineData("0 30 * * * *", "11-01 01:00 -04:00", "11-01 01:30 -04:00", "11-01 01:30 -05:00", "11-01 02:30 -05:00")]
    [InlineData("0 */30 1 * * *", "11-01 01:15 -04:00", "11-01 01:30 -04:00", "11-01 01:00 -05:00", "11-01 01:30 -05:00", "11-02 01:00 -05:00")]
    [InlineData("0 0 1-2 * * *", "11-01 00:00 -04:00", "11-01 01:00 -04:00", "11-01 01:00 -05:00", "11-01 02:00 -05:00")]
    [InlineData("0 */30 1 1 11 *", "11-01 01:45 -04:00", "11-01 01:00 -05:00", "11-01 01:30 -05:00")]
    [InlineData("*/30 59 1 * * *", "11-01 01:59:30 -04:00", "11-01 01:59 -05:00", "11-01 01:59:30 -05:00", "11-02 01:59 -05:00")]
    [InlineData("* * * * * *", "11-01 01:59:58 -04:00", "11-01 01:59:59 -04:00", "11-01 01:00 -05:00", "11-01 01:00:01 -05:00")]
    public void Next_repeats_intervals_only_when_new_york_is_set_back(string expression, string from, params string[] expected) =>
        Follow("America/New_York", 2026, expression, from, expected);

    // Lord Howe shifts by 30 minutes.
    // 2026-10-04:   01:59:59 +10:30 | 02:00 ... 02:29:59 do not exist | 02:30 +11
    // 2026-04-05:   01:30 +11 ... 01:59:59 +11 | 01:30 +10:30 ... 01:59:59 +10:30 | 02:00 +10:30
    [Theory]
    [InlineData("0 15 2 * * *", "10-04 01:00 +10:30", "10-04 02:30 +11:00", "10-05 02:15 +11:00")]
    [InlineData("0 30 2 * * *", "10-04 01:00 +10:30", "10-04 02:30 +11:00", "10-05 02:30 +11:00")]
    [InlineData("0 */15 * * * *", "10-04 01:30 +10:30", "10-04 01:45 +10:30", "10-04 02:30 +11:00", "10-04 02:45 +11:00")]
    [InlineData("0 45 1 * * *", "04-05 01:00 +11:00", "04-05 01:45 +11:00", "04-06 01:45 +10:30")]
    [InlineData("0 */15 1 * * *", "04-05 01:15 +11:00", "04-05 01:30 +11:00", "04-05 01:45 +11:00", "04-05 01:30 +10:30", "04-05 01:45 +10:30", "04-06 01:00 +10:30")]
    public void Next_follows_the_half_hour_when_lord_howe_shifts(string expression, string from, params string[] expected) =>
        Follow("Australia/Lord_Howe", 2026, expression, from, expected);

    // Berlin in spring: 01:59:59 +01 | 03:00 +02; Sydney, in its own spring: 01:59:59 +10 | 03:00 +11.
    [Theory]
    [InlineData("Europe/Berlin", "0 30 2 * * *", "03-29 00:00 +01:00", "03-29 03:00 +02:00", "03-30 02:30 +02:00")]
    [InlineData("Europe/Berlin", "0 30 2 * * *", "10-25 00:00 +02:00", "10-25 02:30 +02:00", "10-26 02:30 +01:00")]
    [InlineData("Australia/Sydney", "0 30 2 * * *", "10-04 00:00 +10:00", "10-04 03:00 +11:00", "10-05 02:30 +11:00")]
    [InlineData("Australia/Sydney", "0 30 2 * * *", "04-05 00:00 +11:00", "04-05 02:30 +11:00", "04-06 02:30 +10:00")]
    // Dublin's winter time is its "daylight" time, one hour back: the clock is what counts.
    [InlineData("Europe/Dublin", "0 30 1 * * *", "03-29 00:00 +00:00", "03-29 02:00 +01:00", "03-30 01:30 +01:00")]
    [InlineData("Europe/Dublin", "0 30 1 * * *", "10-25 00:00 +01:00", "10-25 01:30 +01:00", "10-26 01:30 +00:00")]
    // Casablanca goes back for Ramadan: 2026-02-15 03:00 +01 -> 02:00 +00; 2026-03-22 02:00 +00 -> 03:00 +01.
    [InlineData("Africa/Casablanca", "0 30 2 * * *", "02-15 00:00 +01:00", "02-15 02:30 +01:00", "02-16 02:30 +00:00")]
    [InlineData("Africa/Casablanca", "0 30 2 * * *", "03-22 00:00 +00:00", "03-22 03:00 +01:00", "03-23 02:30 +01:00")]
    // Midnight itself is lost: Havana 2026-03-08, Beirut 2026-03-29, Santiago 2026-09-06: 23:59:59 | 01:00.
    [InlineData("America/Havana", "0 0 0 * * *", "03-07 12:00 -05:00", "03-08 01:00 -04:00", "03-09 00:00 -04:00")]
    [InlineData("America/Havana", "0 30 0 * * *", "11-01 00:00 -04:00", "11-01 00:30 -04:00", "11-02 00:30 -05:00")]
    [InlineData("Asia/Beirut", "0 0 0 * * *", "03-28 12:00 +02:00", "03-29 01:00 +03:00", "03-30 00:00 +03:00")]
    [InlineData("America/Santiago", "0 0 0 * * *", "09-05 12:00 -04:00", "09-06 01:00 -03:00", "09-07 00:00 -03:00")]
    // Santiago 2026-04-05 00:00 -03 is set back to 04-04 23:00 -04: a date comes back with it.
    [InlineData("America/Santiago", "0 30 23 * * *", "04-04 23:00 -03:00", "04-04 23:30 -03:00", "04-05 23:30 -04:00")]
    [InlineData("America/Santiago", "0 30 * 4,5 4 *", "04-04 23:00 -03:00", "04-04 23:30 -03:00", "04-04 23:30 -04:00", "04-05 00:30 -04:00")]
    // Kolkata never shifts.
    [InlineData("Asia/Kolkata", "0 30 2 * * *", "03-29 00:00 +05:30", "03-29 02:30 +05:30", "03-30 02:30 +05:30")]
    public void Next_follows_the_clock_when_zones_shift(string zone, string expression, string from, params string[] expected) =>
        Follow(zone, 2026, expression, from, expected);

    // Sao Paulo lost its midnight of 2018-11-04; Caracas moved its standard time by half an hour on 2016-05-01 (02:30 -> 03:00);
    // Istanbul stayed on summer time for good in 2016.
    [Theory]
    [InlineData("America/Sao_Paulo", 2018, "0 0 0 * * *", "11-03 12:00 -03:00", "11-04 01:00 -02:00", "11-05 00:00 -02:00")]
    [InlineData("America/Sao_Paulo", 2018, "0 30 23 * * *", "02-17 12:00 -02:00", "02-17 23:30 -02:00", "02-18 23:30 -03:00")]
    [InlineData("America/Caracas", 2016, "0 45 2 * * *", "04-30 12:00 -04:30", "05-01 03:00 -04:00", "05-02 02:45 -04:00")]
    [InlineData("Europe/Istanbul", 2016, "0 30 3 * * *", "10-29 12:00 +03:00", "10-30 03:30 +03:00", "10-31 03:30 +03:00")]
    public void Next_follows_the_clock_when_history_shifted(string zone, int year, string expression, string from, params string[] expected) =>
        Follow(zone, year, expression, from, expected);

    // Apia crossed the date line:   2011-12-29 23:59:59 -10 | 2011-12-30 does not exist | 2011-12-31 00:00 +14
    [Theory]
    [InlineData("0 0 9 * * *", "12-29 08:00 -10:00", "12-29 09:00 -10:00", "12-31 00:00 +14:00", "12-31 09:00 +14:00")]
    [InlineData("0 0 9 30 * *", "12-29 08:00 -10:00", "12-31 00:00 +14:00")]
    [InlineData("0 0 0 31 * *", "12-29 08:00 -10:00", "12-31 00:00 +14:00")]
    [InlineData("0 0 */12 * * *", "12-29 08:00 -10:00", "12-29 12:00 -10:00", "12-31 00:00 +14:00", "12-31 12:00 +14:00")]
    public void Next_is_one_for_the_lost_day_when_apia_skips_it(string expression, string from, params string[] expected) =>
        Follow("Pacific/Apia", 2011, expression, from, expected);

    // TimeZoneInfo goes on by the zone's last rule.
    [Theory]
    [InlineData("Europe/Berlin", 2060, "0 30 2 * * *", "03-28 00:00 +01:00", "03-28 03:00 +02:00", "03-29 02:30 +02:00")]
    [InlineData("Europe/Berlin", 2499, "0 0 12 * * *", "12-30 12:00 +01:00", "12-31 12:00 +01:00")]
    [InlineData("America/New_York", 2100, "0 30 1 * * *", "11-07 00:00 -04:00", "11-07 01:30 -04:00", "11-08 01:30 -05:00")]
    [InlineData("Australia/Lord_Howe", 2080, "0 15 2 * * *", "10-06 01:00 +10:30", "10-06 02:30 +11:00", "10-07 02:15 +11:00")]
    public void Next_follows_the_last_rule_when_far_ahead(string zone, int year, string expression, string from, params string[] expected) =>
        Follow(zone, year, expression, from, expected);

    [Fact]
    public void Moved_occurrence_is_found_by_all_searches_when_they_include_its_instant()
    {
        var (cron, zone) = (CronExpression.Parse("30 2 * * *"), TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));
        var moved = At(2026, "03-08 03:00 -04:00");

        cron.GetNextOccurrence(moved, zone, inclusive: true).ShouldBe(moved);
        cron.GetNextOccurrence(moved.UtcDateTime, zone, inclusive: true).ShouldBe(moved.UtcDateTime);
        cron.GetPreviousOccurrence(moved, zone, inclusive: true).ShouldBe(moved);
        cron.CountOccurrences(moved, moved, zone, fromInclusive: true).ShouldBe(1);
    }

    [Fact]
    public void Previous_is_the_first_of_repeated_times_when_searched_from_the_second()
    {
        var (cron, zone) = (CronExpression.Parse("30 1 1 11 *"), TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));

        cron.GetPreviousOccurrence(At(2026, "11-01 01:15 -05:00"), zone).ShouldBe(At(2026, "11-01 01:30 -04:00"));
    }

    [Fact]
    public void Custom_zone_is_followed_when_its_rules_are_its_own()
    {
        var rule = TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
            DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromMinutes(20),
            TimeZoneInfo.TransitionTime.CreateFixedDateRule(new DateTime(1, 1, 1, 4, 0, 0), 5, 1),
            TimeZoneInfo.TransitionTime.CreateFixedDateRule(new DateTime(1, 1, 1, 4, 0, 0), 9, 1));
        var zone = TimeZoneInfo.CreateCustomTimeZone("Twenty", TimeSpan.FromHours(2), "Twenty", "Twenty", "Twenty+", [rule]);

        var next = CronExpression.Parse("10 4 1 * *").GetNextOccurrence(At(2026, "04-20 00:00 +02:00"), zone);

        next.ShouldBe(At(2026, "05-01 04:20 +02:20"));
        next!.Value.Offset.ShouldBe(TimeSpan.FromMinutes(140));
    }

    private static void Follow(string zoneId, int year, string expression, string from, string[] expected)
    {
        var cron = CronExpression.Parse(expression, CronFormat.IncludeSeconds);
        var zone = TimeZoneInfo.FindSystemTimeZoneById(zoneId);
        var current = At(year, from);
        foreach (var text in expected)
        {
            var next = cron.GetNextOccurrence(current, zone).ShouldNotBeNull();
            // EqualsExact: the offset as well.
            next.EqualsExact(At(year, text)).ShouldBeTrue($"expected {text}, found {next}");
            cron.GetNextOccurrence(current.UtcDateTime, zone).ShouldBe(next.UtcDateTime);
            current = next;
        }
    }

    private static DateTimeOffset At(int year, string text) => DateTimeOffset.Parse($"{year}-{text}", CultureInfo.InvariantCulture);
}
