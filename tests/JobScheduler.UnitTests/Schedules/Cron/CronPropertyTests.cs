using FsCheck;
using FsCheck.Fluent;
using JobScheduler.Checker;
using JobScheduler.Domain.Schedules.Cron;

namespace JobScheduler.UnitTests.Schedules.Cron;

/// <summary>Against <see cref="NaiveCron"/>, which walks through every second.</summary>
public sealed class CronPropertyTests
{
    private const int DaysAhead = 3 * 366;

    [Fact]
    public void Occurrences_forwards_and_backwards_equal_the_naive_walk_when_near_transitions() => Holds(400, CronCases.NearTransitions, @case =>
    {
        var cron = CronExpression.Parse(@case.Expression, CronFormat.IncludeSeconds);
        var to = @case.From + @case.Length;
        var expected = new NaiveCron(@case.Expression).OccurrencesBetween(@case.From, to, @case.Zone);

        cron.GetOccurrences(@case.From, to, @case.Zone, toInclusive: true).ShouldBe(expected);

        var backwards = new List<DateTime>();
        var previous = cron.GetPreviousOccurrence(to, @case.Zone, inclusive: true);
        while (previous >= @case.From)
        {
            backwards.Add(previous.Value.UtcDateTime);
            previous = cron.GetPreviousOccurrence(previous.Value, @case.Zone);
        }

        backwards.ShouldBe(Enumerable.Reverse(expected));
    });

    [Fact]
    public void Count_equals_the_number_of_occurrences_when_near_transitions() => Holds(1000, CronCases.NearTransitions, @case =>
    {
        var cron = CronExpression.Parse(@case.Expression, CronFormat.IncludeSeconds);
        DateTimeOffset from = @case.From, to = from + @case.Length;
        foreach (var (fromInclusive, toInclusive) in new[] { (false, true), (true, false), (true, true), (false, false) })
        {
            cron.CountOccurrences(from, to, @case.Zone, fromInclusive, toInclusive)
                .ShouldBe(cron.GetOccurrences(from, to, @case.Zone, fromInclusive, toInclusive).LongCount());
        }
    });

    [Fact]
    public void Count_equals_the_number_of_occurrences_when_it_spans_years() => Holds(200, CronCases.AnyDay, @case =>
    {
        var rare = "0 30 " + @case.Expression.Split(' ', 3)[2];
        var cron = CronExpression.Parse(rare, CronFormat.IncludeSeconds);
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/Havana");
        DateTimeOffset from = @case.From, to = from.AddDays(1000);

        cron.CountOccurrences(from, to, zone).ShouldBe(cron.GetOccurrences(from, to, zone, false, true).LongCount());
    });

    [Fact]
    public void Next_equals_the_naive_search_day_by_day() => Holds(500, CronCases.AnyDay, @case =>
    {
        var cron = CronExpression.Parse(@case.Expression, CronFormat.IncludeSeconds);
        var expected = new NaiveCron(@case.Expression).FirstAtOrAfter(@case.From, DaysAhead);

        var next = cron.GetNextOccurrence(@case.From, inclusive: true);

        if (expected is null)
            (next is null || next > @case.From.AddDays(DaysAhead)).ShouldBeTrue();
        else
            next.ShouldBe(expected);
    });

    [Fact]
    public void Previous_and_next_are_neighbours() => Holds(1000, CronCases.AnyDay, @case =>
    {
        var cron = CronExpression.Parse(@case.Expression, CronFormat.IncludeSeconds);
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        if (cron.GetNextOccurrence(@case.From, zone) is not { } next)
            return;

        var previous = cron.GetPreviousOccurrence(next, zone);
        cron.GetPreviousOccurrence(next, zone, inclusive: true).ShouldBe(next);
        (previous is null || previous <= @case.From).ShouldBeTrue();
        if (previous is { } earlier)
            cron.GetNextOccurrence(earlier, zone).ShouldBe(next);
    });

    [Fact]
    public void Text_parses_to_the_same_text_and_local_times() => Holds(1000, CronCases.AnyDay, @case =>
    {
        var cron = CronExpression.Parse(@case.Expression, CronFormat.IncludeSeconds);
        var text = cron.ToString();
        var again = CronExpression.Parse(text, text.Count(' '.Equals) == 5 ? CronFormat.IncludeSeconds : CronFormat.Standard);

        again.ToString().ShouldBe(text);
        again.GetNextOccurrence(@case.From).ShouldBe(cron.GetNextOccurrence(@case.From));
    });

    private static void Holds<T>(int cases, Arbitrary<T> arbitrary, Action<T> property) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(cases), Prop.ForAll(arbitrary, property));
}
