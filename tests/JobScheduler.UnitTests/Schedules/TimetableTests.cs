using FsCheck;
using FsCheck.Fluent;
using JobScheduler.Domain.Schedules;
using JobScheduler.Domain.Schedules.Cron;

namespace JobScheduler.UnitTests.Schedules;

public sealed class TimetableTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    [Theory]
    [InlineData("0 * * * *", 60)]
    [InlineData("30 * * * * *", 0.5)]
    [InlineData("@hourly", 60)]
    [InlineData("  */5   * * * *  ", 5)]
    public void Next_is_found_when_the_expression_has_five_fields_six_or_is_a_macro(string cron, double minutes) =>
        new Timetable(new Schedule(cron)).NextAfter(Noon).ShouldBe(Noon.AddMinutes(minutes));

    [Theory]
    [InlineData("* * * *", 4)]
    [InlineData("* * * * * * *", 7)]
    [InlineData("", 0)]
    public void Cron_is_refused_when_it_has_another_number_of_fields(string cron, int fields) =>
        Should.Throw<CronFormatException>(() => Timetable.ParseCron(cron)).Message.ShouldEndWith($"this one has {fields}.");

    [Fact]
    public void Timetable_throws_when_the_zone_is_unknown() =>
        Should.Throw<TimeZoneNotFoundException>(() => new Timetable(new Schedule("* * * * *", TimeZone: "Europe/Atlantis")));

    [Fact]
    public void Next_is_never_the_instant_itself() => Hourly().NextAfter(Noon).ShouldBe(Noon.AddHours(1));

    [Fact]
    public void Next_is_the_first_from_the_start_on_when_the_start_is_later() =>
        Hourly(startAt: Noon.AddHours(3)).NextAfter(Noon).ShouldBe(Noon.AddHours(3));

    [Fact]
    public void Next_is_after_the_start_when_that_falls_between_occurrences() =>
        Hourly(startAt: Noon.AddHours(3) + Tick).NextAfter(Noon).ShouldBe(Noon.AddHours(4));

    [Fact]
    public void Next_is_the_end_when_an_occurrence_falls_on_it() =>
        Hourly(endAt: Noon.AddHours(1)).NextAfter(Noon).ShouldBe(Noon.AddHours(1));

    [Fact]
    public void Next_is_none_when_it_were_later_than_the_end() => Hourly(endAt: Noon.AddHours(1) - Tick).NextAfter(Noon).ShouldBeNull();

    [Fact]
    public void Next_is_none_when_no_such_day_exists() => new Timetable(new Schedule("0 0 30 2 *")).NextAfter(Noon).ShouldBeNull();

    [Fact]
    public void Next_is_utc_when_the_schedule_is_in_another_zone()
    {
        var next = new Timetable(new Schedule("0 9 * * *", TimeZone: "Europe/Berlin")).NextAfter(Noon)!.Value;

        next.ShouldBe(new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero));
        next.Offset.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Next_is_utc_when_the_instant_of_a_one_off_has_another_offset()
    {
        var next = Once(Noon.ToOffset(TimeSpan.FromHours(2))).NextAfter(Noon - Tick)!.Value;

        next.ShouldBe(Noon);
        next.Offset.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void One_off_is_due_once()
    {
        Once(Noon).NextAfter(Noon - Tick).ShouldBe(Noon);
        Once(Noon).NextAfter(Noon).ShouldBeNull();
    }

    [Fact]
    public void One_off_is_never_due_when_it_lies_out_of_its_bounds()
    {
        new Timetable(new Schedule(null, Noon, StartAt: Noon + Tick)).NextAfter(DateTimeOffset.MinValue).ShouldBeNull();
        new Timetable(new Schedule(null, Noon, EndAt: Noon - Tick)).NextAfter(DateTimeOffset.MinValue).ShouldBeNull();
        new Timetable(new Schedule(null, Noon, StartAt: Noon, EndAt: Noon)).NextAfter(DateTimeOffset.MinValue).ShouldBe(Noon);
    }

    [Fact]
    public void Includes_says_whether_an_instant_is_an_occurrence()
    {
        Hourly().Includes(Noon).ShouldBeTrue();
        Hourly().Includes(Noon + Tick).ShouldBeFalse();
        Hourly(startAt: Noon).Includes(Noon).ShouldBeTrue();
        Hourly(startAt: Noon + Tick).Includes(Noon).ShouldBeFalse();
        Hourly(endAt: Noon).Includes(Noon).ShouldBeTrue();
        Hourly(endAt: Noon - Tick).Includes(Noon).ShouldBeFalse();
        Once(Noon).Includes(Noon).ShouldBeTrue();
        Once(Noon).Includes(Noon + Tick).ShouldBeFalse();
    }

    [Fact]
    public void Occurrences_in_a_stretch_leave_out_its_beginning_and_hold_its_end()
    {
        Hourly().Between(Noon, Noon.AddHours(2)).ShouldBe([Noon.AddHours(1), Noon.AddHours(2)]);
        Hourly().CountBetween(Noon, Noon.AddHours(2)).ShouldBe(2);
        Hourly().LatestBetween(Noon, Noon.AddHours(2)).ShouldBe(Noon.AddHours(2));
        Hourly().LatestBetween(Noon, Noon.AddHours(1) - Tick).ShouldBeNull();
    }

    [Fact]
    public void Count_of_ten_years_of_seconds_is_known_without_walking_through_them() =>
        new Timetable(new Schedule("* * * * * *")).CountBetween(Noon, Noon.AddDays(3650)).ShouldBe(3650L * 86_400);

    [Fact]
    public void Stretches_agree_with_the_naive_walk() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(TimetableCases.All, @case =>
        {
            var timetable = new Timetable(@case.Schedule);
            var expected = @case.Naive();

            timetable.Between(@case.After, @case.UpTo).ShouldBe(expected);
            timetable.CountBetween(@case.After, @case.UpTo).ShouldBe(expected.Count);
            timetable.LatestBetween(@case.After, @case.UpTo).ShouldBe(expected.Count == 0 ? null : expected[^1]);
            expected.ShouldAllBe(instant => timetable.Includes(instant));
        }));

    private static Timetable Hourly(DateTimeOffset? startAt = null, DateTimeOffset? endAt = null) =>
        new(new Schedule("0 * * * *", StartAt: startAt, EndAt: endAt));

    private static Timetable Once(DateTimeOffset instant) => new(new Schedule(null, instant));
}
