using JobScheduler.Domain.Schedules.Cron;

namespace JobScheduler.UnitTests.Schedules.Cron;

public sealed class CronSyntaxTests
{
    [Theory]
    // Any value, single values, lists.
    [InlineData("* * * * *", "2026-03-10 09:15:00", "2026-03-10 09:16:00")]
    [InlineData("? ? ? ? ?", "2026-03-10 09:15:00", "2026-03-10 09:16:00")]
    [InlineData("20 * * * *", "2026-03-10 09:15:00", "2026-03-10 09:20:00")]
    [InlineData("05 * * * *", "2026-03-10 09:15:00", "2026-03-10 10:05:00")]
    [InlineData("5,45,20 * * * *", "2026-03-10 09:21:00", "2026-03-10 09:45:00")]
    [InlineData("0 0 1 1 *", "2026-03-10 09:15:00", "2027-01-01 00:00:00")]
    [InlineData("59 23 31 12 *", "2026-12-31 23:58:59", "2026-12-31 23:59:00")]
    [InlineData("  0\t12   * * *  ", "2026-03-10 09:15:00", "2026-03-10 12:00:00")]
    // Ranges, and ranges that pass the field's end.
    [InlineData("10-12 * * * *", "2026-03-10 09:12:00", "2026-03-10 10:10:00")]
    [InlineData("0 22-2 * * *", "2026-03-10 23:00:00", "2026-03-11 00:00:00")]
    [InlineData("0 22-2 * * *", "2026-03-10 02:00:00", "2026-03-10 22:00:00")]
    [InlineData("0 0 1 NOV-FEB *", "2026-02-01 00:00:00", "2026-11-01 00:00:00")]
    [InlineData("0 0 30-2 * *", "2026-03-31 00:00:00", "2026-04-01 00:00:00")]
    [InlineData("0 0 * * FRI-MON", "2026-03-09 00:00:00", "2026-03-13 00:00:00")]
    [InlineData("0 0 * * 5-7", "2026-03-14 00:00:00", "2026-03-15 00:00:00")]
    [InlineData("0 0 * * 7-2", "2026-03-10 00:00:00", "2026-03-15 00:00:00")]
    // Steps: of everything, from a value, of a range, of a range that passes the end.
    [InlineData("*/25 * * * *", "2026-03-10 09:25:00", "2026-03-10 09:50:00")]
    [InlineData("*/25 * * * *", "2026-03-10 09:50:00", "2026-03-10 10:00:00")]
    [InlineData("3/20 * * * *", "2026-03-10 09:24:00", "2026-03-10 09:43:00")]
    [InlineData("1-20/3 * * * *", "2026-03-10 09:19:00", "2026-03-10 10:01:00")]
    [InlineData("50-10/7 * * * *", "2026-03-10 09:57:00", "2026-03-10 10:04:00")]
    [InlineData("30-40/59 * * * *", "2026-03-10 09:30:00", "2026-03-10 10:30:00")]
    [InlineData("0 0 */10 * *", "2026-03-21 00:00:00", "2026-03-31 00:00:00")]
    [InlineData("0 0 * * */2", "2026-03-10 00:00:00", "2026-03-12 00:00:00")]
    [InlineData("0 0 * * 1/2", "2026-03-13 00:00:00", "2026-03-15 00:00:00")]
    [InlineData("5,30-45/10,58 * * * *", "2026-03-10 09:40:00", "2026-03-10 09:58:00")]
    // Names, in any case; Sunday as 0 and as 7.
    [InlineData("0 0 1 jul *", "2026-03-10 00:00:00", "2026-07-01 00:00:00")]
    [InlineData("0 0 1 Jan,OCT *", "2026-03-10 00:00:00", "2026-10-01 00:00:00")]
    [InlineData("0 0 * * wed", "2026-03-10 00:00:00", "2026-03-11 00:00:00")]
    [InlineData("0 0 * * mon-WED/2", "2026-03-09 00:00:00", "2026-03-11 00:00:00")]
    [InlineData("0 0 * * 0", "2026-03-10 00:00:00", "2026-03-15 00:00:00")]
    [InlineData("0 0 * * 7", "2026-03-10 00:00:00", "2026-03-15 00:00:00")]
    // L: the last day, and days before it.
    [InlineData("0 0 L * *", "2026-02-10 00:00:00", "2026-02-28 00:00:00")]
    [InlineData("0 0 l * *", "2028-02-10 00:00:00", "2028-02-29 00:00:00")]
    [InlineData("0 0 L-0 * *", "2026-03-10 00:00:00", "2026-03-31 00:00:00")]
    [InlineData("0 0 L-3 * *", "2026-03-10 00:00:00", "2026-03-28 00:00:00")]
    [InlineData("0 0 L-30 * *", "2026-02-02 00:00:00", "2026-03-01 00:00:00")]
    // W: the nearest weekday within the month.
    [InlineData("0 0 11W * *", "2026-03-01 00:00:00", "2026-03-11 00:00:00")]
    [InlineData("0 0 14W * *", "2026-03-01 00:00:00", "2026-03-13 00:00:00")]
    [InlineData("0 0 15w * *", "2026-03-01 00:00:00", "2026-03-16 00:00:00")]
    [InlineData("0 0 1W * *", "2026-07-31 00:00:00", "2026-08-03 00:00:00")]
    [InlineData("0 0 1W * *", "2026-02-01 00:00:00", "2026-02-02 00:00:00")]
    [InlineData("0 0 31W * *", "2026-05-01 00:00:00", "2026-05-29 00:00:00")]
    [InlineData("0 0 31W * *", "2026-06-01 00:00:00", "2026-07-31 00:00:00")]
    [InlineData("0 0 LW * *", "2026-05-01 00:00:00", "2026-05-29 00:00:00")]
    [InlineData("0 0 L-1W * *", "2026-05-01 00:00:00", "2026-05-29 00:00:00")]
    [InlineData("0 0 L-1W * *", "2027-01-01 00:00:00", "2027-01-29 00:00:00")]
    [InlineData("0 0 L-1W * *", "2026-08-01 00:00:00", "2026-08-31 00:00:00")]
    // nL and n#k: the last, and the k-th such weekday.
    [InlineData("0 0 * * 5L", "2026-03-01 00:00:00", "2026-03-27 00:00:00")]
    [InlineData("0 0 * * FRIL", "2026-03-27 00:00:00", "2026-04-24 00:00:00")]
    [InlineData("0 0 * * 7L", "2026-03-01 00:00:00", "2026-03-29 00:00:00")]
    [InlineData("0 0 * * MON#1", "2026-03-02 00:00:00", "2026-04-06 00:00:00")]
    [InlineData("0 0 * * 2#5", "2026-03-01 00:00:00", "2026-03-31 00:00:00")]
    [InlineData("0 0 * * 2#5", "2026-04-01 00:00:00", "2026-06-30 00:00:00")]
    [InlineData("0 0 * * 7#2", "2026-03-01 00:00:00", "2026-03-08 00:00:00")]
    // Both days must match.
    [InlineData("0 0 13 * FRI", "2026-03-13 00:00:00", "2026-11-13 00:00:00")]
    [InlineData("0 0 L * SUN", "2026-03-10 00:00:00", "2026-05-31 00:00:00")]
    [InlineData("0 0 15W * MON", "2026-03-01 00:00:00", "2026-03-16 00:00:00")]
    [InlineData("0 0 8-14 * 1#2", "2026-03-01 00:00:00", "2026-03-09 00:00:00")]
    // Leap days, over a century that has none.
    [InlineData("0 0 29 2 *", "2026-03-10 00:00:00", "2028-02-29 00:00:00")]
    [InlineData("0 0 29 2 *", "2096-03-01 00:00:00", "2104-02-29 00:00:00")]
    [InlineData("0 0 29 2 MON", "2026-03-10 00:00:00", "2044-02-29 00:00:00")]
    public void Next_is_found_when_five_fields(string expression, string from, string expected) =>
        CronExpression.Parse(expression).GetNextOccurrence(Utc(from)).ShouldBe(Utc(expected));

    [Theory]
    [InlineData("* * * * * *", "2026-03-10 09:15:00", "2026-03-10 09:15:01")]
    [InlineData("*/10 * * * * *", "2026-03-10 09:15:59", "2026-03-10 09:16:00")]
    [InlineData("15,45 59 23 * * *", "2026-12-31 23:59:45", "2027-01-01 23:59:15")]
    [InlineData("58-1 * * * * *", "2026-03-10 09:15:59", "2026-03-10 09:16:00")]
    [InlineData("30 0 12 L * *", "2026-03-10 09:15:00", "2026-03-31 12:00:30")]
    public void Next_is_found_when_six_fields(string expression, string from, string expected) =>
        CronExpression.Parse(expression, CronFormat.IncludeSeconds).GetNextOccurrence(Utc(from)).ShouldBe(Utc(expected));

    [Theory]
    [InlineData("@every_second", "* * * * * *")]
    [InlineData("@every_minute", "0 * * * * *")]
    [InlineData("@hourly", "0 0 * * * *")]
    [InlineData("@daily", "0 0 0 * * *")]
    [InlineData("@Midnight", "0 0 0 * * *")]
    [InlineData("@weekly", "0 0 0 * * 0")]
    [InlineData("@monthly", "0 0 0 1 * *")]
    [InlineData("@YEARLY", "0 0 0 1 1 *")]
    [InlineData("\t@annually ", "0 0 0 1 1 *")]
    public void Macro_equals_its_fields(string macro, string fields)
    {
        var expected = CronExpression.Parse(fields, CronFormat.IncludeSeconds);

        CronExpression.Parse(macro).ShouldBe(expected);
        CronExpression.Parse(macro, CronFormat.IncludeSeconds).ShouldBe(expected);
    }

    [Theory]
    [InlineData("0 0 30 2 *")]
    [InlineData("0 0 31 4,6,9,11 *")]
    [InlineData("0 0 30W FEB *")]
    [InlineData("0 0 1-20 * 5L")]
    [InlineData("0 0 1 * 1#2")]
    public void Next_and_previous_are_null_when_no_day_matches(string expression)
    {
        var cron = CronExpression.Parse(expression);

        cron.GetNextOccurrence(Utc("2026-03-10 00:00:00")).ShouldBeNull();
        cron.GetPreviousOccurrence(Utc("2026-03-10 00:00:00"), TimeZoneInfo.Utc).ShouldBeNull();
    }

    [Theory]
    [InlineData("*/20 */6 * * *", "0,20,40 0,6,12,18 * * *")]
    [InlineData("0 9-11 L-3W JAN MON", "0 9,10,11 L-3W 1 1")]
    [InlineData("0 0 15w * fril", "0 0 15W * 5L")]
    [InlineData("0 0 L * 7#2", "0 0 L * 0#2")]
    [InlineData("0 0 ? ? 5-7", "0 0 * * 0,5,6")]
    public void Text_lists_the_values(string expression, string text) => CronExpression.Parse(expression).ToString().ShouldBe(text);

    [Fact]
    public void Text_has_seconds_only_when_they_matter()
    {
        CronExpression.EverySecond.ToString().ShouldBe("* * * * * *");
        CronExpression.EveryMinute.ToString().ShouldBe("* * * * *");
    }

    [Fact]
    public void Expressions_are_equal_when_they_mean_the_same()
    {
        var (star, range, list) = (CronExpression.Parse("* * * * *"), CronExpression.Parse("0-59 * * * 0-6"), CronExpression.Parse("0,30 1 * * *"));

        (star == range).ShouldBeTrue();
        star.GetHashCode().ShouldBe(range.GetHashCode());
        (star != list).ShouldBeTrue();
        star.Equals(null).ShouldBeFalse();
        // The same local times, but only the second repeats them when the clock is set back.
        list.ShouldNotBe(CronExpression.Parse("*/30 1 * * *"));
    }

    internal static DateTime Utc(string text) => DateTime.SpecifyKind(
        DateTime.Parse(text, System.Globalization.CultureInfo.InvariantCulture), DateTimeKind.Utc);
}
