using System.Globalization;
using JobScheduler.Domain.Schedules;

namespace JobScheduler.UnitTests.Schedules;

public sealed class ClockChangeTests
{
    // Berlin, 2027: on 28 March from 02:00 to 03:00, at 01:00 UTC; on 31 October from 03:00 to 02:00, at 01:00 UTC.
    private static readonly DateTimeOffset Start = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("30 2 * * *", "2027-03-28 Moved 1 02:30 | 2027-10-31 FirstOnly 1 02:30")]
    [InlineData("0 2,14 * * *", "2027-03-28 Moved 1 02:00 | 2027-10-31 FirstOnly 1 02:00")]
    [InlineData("0-30 2 * * *", "2027-03-28 Moved 31 02:00 | 2027-10-31 Twice 31 02:00")]
    [InlineData("15 * * * *", "2027-03-28 Moved 1 02:15")]
    [InlineData("*/30 2,3 * * *", "2027-03-28 Moved 2 02:00 | 2027-10-31 Twice 2 02:00")]
    [InlineData("*/5 * * * *", "")]
    [InlineData("* * * * * *", "")]
    [InlineData("0 * * * *", "")]
    [InlineData("0 9 * * *", "")]
    [InlineData("30 2 * * MON", "")]
    public void Clock_changes_are_told_when_the_schedule_is_due_otherwise(string cron, string expected) =>
        Told(new Schedule(cron, TimeZone: "Europe/Berlin")).ShouldBe(expected);

    [Fact]
    public void Nothing_changes_for_a_zone_without_summer_time_a_one_off_or_outside_the_bounds()
    {
        Told(new("30 2 * * *")).ShouldBeEmpty();
        Told(new(null, RunAt: Start, TimeZone: "Europe/Berlin")).ShouldBeEmpty();
        Told(new("30 2 * * *", TimeZone: "Europe/Berlin", StartAt: Start.AddMonths(6))).ShouldBe("2027-10-31 FirstOnly 1 02:30");
        Told(new("30 2 * * *", TimeZone: "Europe/Berlin", EndAt: Start.AddMonths(6))).ShouldBe("2027-03-28 Moved 1 02:30");
    }

    [Fact]
    public void Clock_before_and_after_is_the_zones()
    {
        var change = ClockChange.Of(new("15 2 * * *", TimeZone: "Australia/Lord_Howe"), Start, Start.AddYears(1)).Last();

        change.At.ShouldBe(new DateTimeOffset(2027, 10, 2, 15, 30, 0, TimeSpan.Zero));
        (change.From.TimeOfDay, change.To.TimeOfDay).ShouldBe((new TimeSpan(2, 0, 0), new TimeSpan(2, 30, 0)));
    }

    private static string Told(Schedule schedule) => string.Join(" | ", ClockChange.Of(schedule, Start, Start.AddYears(1))
        .Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.From:yyyy-MM-dd} {c.Effect} {c.Count} {c.First:HH:mm}")));
}
