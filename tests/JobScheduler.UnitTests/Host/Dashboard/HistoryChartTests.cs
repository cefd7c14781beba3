using JobScheduler.Domain.Executions;
using JobScheduler.Host.Dashboard.JobParts;
using JobScheduler.Projections.Executions;

namespace JobScheduler.UnitTests.Host.Dashboard;

public sealed class HistoryChartTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Percentiles_are_those_of_PostgreSQL()
    {
        var ascending = Enumerable.Range(1, 10).Select(n => (double)n).ToList();

        new[] { 1, 50, 95, 99, 100 }.Select(p => Statistics.Percentile(ascending, p)).ShouldBe([1, 5, 10, 10, 10]);
        Statistics.Percentile([7], 50).ShouldBe(7);
    }

    [Fact]
    public void Success_rate_leaves_out_what_was_not_sent_and_is_not_rounded_up()
    {
        var points = Enumerable.Range(0, 9_999).Select(n => Point(n, ExecutionStatus.Completed))
            .Append(Point(9_999, ExecutionStatus.Failed)).Append(Point(10_000, ExecutionStatus.Skipped)).ToList();

        Statistics.PercentText(Statistics.Of(points).SuccessRate).ShouldBe("99.9 %");
        Statistics.PercentText(Statistics.Of([points[0]]).SuccessRate).ShouldBe("100 %");
        Statistics.PercentText(Statistics.Of([]).SuccessRate).ShouldBe("–");
    }

    [Fact]
    public void Scale_ends_in_a_round_number_and_is_even_when_durations_are_alike()
    {
        var scale = DurationScale.Of([180, 240, 340]);

        (scale.IsLogarithmic, scale.Ticks[0], scale.HeightOf(200)).ShouldBe((false, 400, 0.5));
    }

    [Fact]
    public void Scale_is_logarithmic_when_one_run_takes_far_longer_than_the_others()
    {
        var scale = DurationScale.Of([12, 13, 14, 30_000]);

        scale.IsLogarithmic.ShouldBeTrue();
        scale.Ticks.ShouldBe([100_000, 10_000, 1_000, 100, 10]);
        scale.HeightOf(1_000).ShouldBe(0.5, tolerance: 1e-9);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(ChartColumns.Most)]
    [InlineData(ChartColumns.Most + 1)]
    [InlineData(10_000)]
    public void Columns_hold_every_execution_once_within_the_chart(int count)
    {
        var newestFirst = Enumerable.Range(0, count).Reverse().Select(n => Point(n, ExecutionStatus.Completed)).ToList();

        var columns = ChartColumns.Of(newestFirst, Noon, Noon.AddSeconds(Math.Max(1, count - 1)));

        columns.SelectMany(c => c.Points).ShouldBe(newestFirst.AsEnumerable().Reverse());
        columns.Count.ShouldBeLessThanOrEqualTo(ChartColumns.Most);
        columns.ShouldAllBe(c => c.From >= 0 && c.From + c.Width <= 1);
    }

    [Fact]
    public void Column_has_the_colour_of_the_worst_in_it()
    {
        var points = Enumerable.Range(0, 1_000).Select(n => Point(n, n == 500 ? ExecutionStatus.Failed : ExecutionStatus.Completed)).Reverse().ToList();

        var columns = ChartColumns.Of(points, Noon, Noon.AddSeconds(1_000));

        columns.Count(c => c.Tone == "bad").ShouldBe(1);
        columns.Single(c => c.Tone == "bad").Failed.ShouldBe(1);
    }

    private static HistoryPoint Point(int second, ExecutionStatus status) => new(
        Guid.NewGuid(), Noon.AddSeconds(second), ExecutionTrigger.Schedule, status, status == ExecutionStatus.Skipped ? null : 10 + second, 1);
}
