using JobScheduler.Domain.Schedules.Cron;

namespace JobScheduler.UnitTests.Schedules.Cron;

public sealed class CronErrorTests
{
    [Theory]
    // Out of range.
    [InlineData("60 * * * * *", "Seconds: '60' is outside 0-59.")]
    [InlineData("0 61 * * * *", "Minutes: '61' is outside 0-59.")]
    [InlineData("0 0 24 * * *", "Hours: '24' is outside 0-23.")]
    [InlineData("0 0 0 0 * *", "Days of month: '0' is outside 1-31.")]
    [InlineData("0 0 0 32 * *", "Days of month: '32' is outside 1-31.")]
    [InlineData("0 0 0 32W * *", "Days of month: '32' is outside 1-31.")]
    [InlineData("0 0 0 1 13 *", "Months: '13' is outside 1-12.")]
    [InlineData("0 0 0 1 0 *", "Months: '0' is outside 1-12.")]
    [InlineData("0 0 0 * * 8", "Days of week: '8' is outside 0-7.")]
    [InlineData("0 1-99 * * * *", "Minutes: '99' is outside 0-59.")]
    [InlineData("0 001 * * * *", "Minutes: '001' is outside 0-59.")]
    [InlineData("0 99999999999999999999 * * * *", "Minutes: '99999999999999999999' is outside 0-59.")]
    // Steps.
    [InlineData("0 */0 * * * *", "Minutes: '0' is outside 1-59.")]
    [InlineData("0 */60 * * * *", "Minutes: '60' is outside 1-59.")]
    [InlineData("0 0 1-5/24 * * *", "Hours: '24' is outside 1-23.")]
    [InlineData("0 0 0 * * */8", "Days of week: '8' is outside 1-7.")]
    [InlineData("0 5/ * * * *", "Minutes: a number is missing; use 1-59.")]
    [InlineData("0 */x * * * *", "Minutes: 'x' is not understood; use 1-59.")]
    [InlineData("0 */5/2 * * * *", "Minutes: '5/2' is not understood; use 1-59.")]
    // Names.
    [InlineData("0 0 0 * FOO *", "Months: 'FOO' is not understood; use 1-12 or JAN-DEC.")]
    [InlineData("0 0 0 * JANUARY *", "Months: 'JANUARY' is not understood; use 1-12 or JAN-DEC.")]
    [InlineData("0 0 0 * * FOO", "Days of week: 'FOO' is not understood; use 0-7 or SUN-SAT.")]
    [InlineData("0 0 0 * MON *", "Months: 'MON' is not understood; use 1-12 or JAN-DEC.")]
    [InlineData("0 MON * * * *", "Minutes: 'MON' is not understood; use 0-59.")]
    // Lists, ranges and stars.
    [InlineData("0 1,,2 * * * *", "Minutes: a value is missing; use 0-59.")]
    [InlineData("0 1, * * * *", "Minutes: a value is missing; use 0-59.")]
    [InlineData("0 1- * * * *", "Minutes: a value is missing; use 0-59.")]
    [InlineData("0 -1 * * * *", "Minutes: a value is missing; use 0-59.")]
    [InlineData("0 1-2-3 * * * *", "Minutes: '2-3' is not understood; use 0-59.")]
    [InlineData("0 *,5 * * * *", "Minutes: '*,5' is not understood; '*' stands alone or with a step, such as '*/5'.")]
    [InlineData("0 5,* * * * *", "Minutes: '*' is not understood; use 0-59.")]
    [InlineData("0 *-5 * * * *", "Minutes: '*-5' is not understood; '*' stands alone or with a step, such as '*/5'.")]
    [InlineData("0 +5 * * * *", "Minutes: '+5' is not understood; use 0-59.")]
    [InlineData("0 ٣ * * * *", "Minutes: '٣' is not understood; use 0-59.")]
    [InlineData("0 1\n2 * * * *", "Minutes: '1\n2' is not understood; use 0-59.")]
    // The letters of days.
    [InlineData("0 0 0 L-31 * *", "Days of month: '31' is outside 0-30.")]
    [InlineData("0 0 0 L- * *", "Days of month: a number is missing; use 0-30.")]
    [InlineData("0 0 0 L3 * *", "Days of month: 'L3' is not understood; use 'L', 'L-3', 'LW' or 'L-3W'.")]
    [InlineData("0 0 0 W * *", "Days of month: a value is missing; use 1-31.")]
    [InlineData("0 0 0 1-5W * *", "Days of month: '1-5' is not understood; use 1-31.")]
    [InlineData("0 0 0 15W,20 * *", "Days of month: '15W,20' mixes 'L' or 'W' with a list; they stand alone.")]
    [InlineData("0 0 0 1,L * *", "Days of month: '1,L' mixes 'L' or 'W' with a list; they stand alone.")]
    [InlineData("0 0 0 5L * *", "Days of month: '5L' is not understood; use 1-31.")]
    [InlineData("0 0 0 * * L", "Days of week: a value is missing; use 0-7 or SUN-SAT.")]
    [InlineData("0 0 0 * * 5#0", "Days of week: '0' is outside 1-5.")]
    [InlineData("0 0 0 * * 5#6", "Days of week: '6' is outside 1-5.")]
    [InlineData("0 0 0 * * 5#", "Days of week: a number is missing; use 1-5.")]
    [InlineData("0 0 0 * * #1", "Days of week: a value is missing; use 0-7 or SUN-SAT.")]
    [InlineData("0 0 0 * * 1#1,2#2", "Days of week: '1#1,2#2' mixes 'L' or '#' with a list; they stand alone.")]
    [InlineData("L * * * * *", "Seconds: 'L' is not understood; use 0-59.")]
    public void Error_names_the_field_and_what_would_be_right(string expression, string message)
    {
        var error = Should.Throw<CronFormatException>(() => CronExpression.Parse(expression, CronFormat.IncludeSeconds));

        error.Message.ShouldBe(message);
        error.Field.ShouldBe(message[..message.IndexOf(':')]);
        CronExpression.TryParse(expression, CronFormat.IncludeSeconds, out var none).ShouldBeFalse();
        none.ShouldBeNull();
    }

    [Theory]
    [InlineData("", "Found 0 fields; 5 are needed (minute, hour, day of month, month, day of week), or a macro such as '@daily'.")]
    [InlineData(" \t ", "Found 0 fields; 5 are needed (minute, hour, day of month, month, day of week), or a macro such as '@daily'.")]
    [InlineData("*", "Found 1 field; 5 are needed (minute, hour, day of month, month, day of week), or a macro such as '@daily'.")]
    [InlineData("@daily *", "Found 2 fields; 5 are needed (minute, hour, day of month, month, day of week), or a macro such as '@daily'.")]
    [InlineData(
        "* * * * * *",
        "Found 6 fields; 5 are needed (minute, hour, day of month, month, day of week), or a macro such as '@daily'. " +
        "A sixth field, for the second, needs CronFormat.IncludeSeconds.")]
    [InlineData(
        "@never",
        "'@never' is not a macro; use @every_second, @every_minute, @hourly, @daily, @midnight, @weekly, @monthly, @yearly or @annually.")]
    public void Error_says_what_was_found_when_the_expression_as_a_whole_is_wrong(string expression, string message)
    {
        var error = Should.Throw<CronFormatException>(() => CronExpression.Parse(expression));

        error.Message.ShouldBe(message);
        error.Field.ShouldBeNull();
        CronExpression.TryParse(expression, out _).ShouldBeFalse();
    }

    [Fact]
    public void Error_points_to_the_other_format_when_five_of_six_fields() =>
        Should.Throw<CronFormatException>(() => CronExpression.Parse("* * * * *", CronFormat.IncludeSeconds)).Message
            .ShouldEndWith("Without a field for the second, use CronFormat.Standard.");

    [Fact]
    public void Parse_refuses_null()
    {
        Should.Throw<ArgumentNullException>(() => CronExpression.Parse(null!));
        Should.Throw<ArgumentNullException>(() => CronExpression.TryParse(null!, out _));
    }

    [Theory]
    [InlineData(DateTimeKind.Local)]
    [InlineData(DateTimeKind.Unspecified)]
    public void Instants_are_refused_when_not_utc(DateTimeKind kind)
    {
        var (cron, wrong, utc) = (CronExpression.Daily, new DateTime(2026, 3, 10, 0, 0, 0, kind), DateTime.UnixEpoch);

        Should.Throw<ArgumentException>(() => cron.GetNextOccurrence(wrong)).ParamName.ShouldBe("fromUtc");
        Should.Throw<ArgumentException>(() => cron.GetNextOccurrence(wrong, TimeZoneInfo.Utc)).ParamName.ShouldBe("fromUtc");
        Should.Throw<ArgumentException>(() => cron.GetOccurrences(wrong, wrong)).ParamName.ShouldBe("fromUtc");
        Should.Throw<ArgumentException>(() => cron.GetOccurrences(utc, wrong)).ParamName.ShouldBe("toUtc");
    }

    [Fact]
    public void Range_is_refused_when_backwards()
    {
        var (cron, early, late) = (CronExpression.Daily, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddTicks(1));

        Should.Throw<ArgumentException>(() => cron.GetOccurrences(late, early, TimeZoneInfo.Utc));
        Should.Throw<ArgumentException>(() => cron.GetOccurrences(late.UtcDateTime, early.UtcDateTime));
        Should.Throw<ArgumentException>(() => cron.CountOccurrences(late, early, TimeZoneInfo.Utc));
    }

    [Fact]
    public void Zone_is_refused_when_null()
    {
        var cron = CronExpression.Daily;

        Should.Throw<ArgumentNullException>(() => cron.GetNextOccurrence(DateTime.UnixEpoch, null!)).ParamName.ShouldBe("zone");
        Should.Throw<ArgumentNullException>(() => cron.GetNextOccurrence(DateTimeOffset.UnixEpoch, null!)).ParamName.ShouldBe("zone");
        Should.Throw<ArgumentNullException>(() => cron.GetPreviousOccurrence(DateTimeOffset.UnixEpoch, null!)).ParamName.ShouldBe("zone");
    }
}
