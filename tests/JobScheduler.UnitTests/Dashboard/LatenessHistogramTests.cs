using JobScheduler.Projections.Executions;

namespace JobScheduler.UnitTests.Dashboard;

public sealed class LatenessHistogramTests
{
    [Fact]
    public void Percentiles_of_parts_together_are_those_of_all_to_a_fortieth()
    {
        var random = new Random(7);
        var values = Enumerable.Range(0, 5_000).Select(_ => Math.Exp((random.NextDouble() * 14) - 4)).ToList();
        var parts = values.Chunk(700).Select(part => new LatenessHistogram(part.Select(v => ((int)Math.Round(Math.Log(v) * 20), 1L))));

        var whole = LatenessHistogram.Of(parts);

        values.Sort();
        foreach (var share in new[] { 0.001, 0.5, 0.9, 0.99, 1 })
        {
            var exact = values[(int)Math.Ceiling(share * values.Count) - 1];
            whole.PercentileMs(share)!.Value.ShouldBe(exact, tolerance: exact * 0.026);
        }
    }

    [Fact]
    public void Nothing_has_no_percentiles() => new LatenessHistogram([]).PercentileMs(0.5).ShouldBeNull();
}
