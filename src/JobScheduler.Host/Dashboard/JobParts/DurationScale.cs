namespace JobScheduler.Host.Dashboard.JobParts;

/// <summary>
/// Where durations stand between the bottom of a chart, 0, and its top, 1: evenly, or by their logarithm when a few long ones would press
/// all others to the ground.
/// </summary>
internal sealed class DurationScale
{
    /// <summary>The longest is this many times the median, and the axis is logarithmic.</summary>
    private const double Spread = 20;

    private const double Shortest = 0.1;

    private readonly double _bottom;
    private readonly double _top;

    private DurationScale(double bottom, double top, bool isLogarithmic, IReadOnlyList<double> ticks) =>
        (_bottom, _top, IsLogarithmic, Ticks) = (bottom, top, isLogarithmic, ticks);

    public bool IsLogarithmic { get; }

    /// <summary>Durations to be marked on the axis, in milliseconds, the longest first.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <param name="durations">In milliseconds, in no order.</param>
    public static DurationScale Of(IReadOnlyCollection<double> durations)
    {
        if (durations.Count == 0) return new(0, 1, false, []);
        var longest = Math.Max(durations.Max(), Shortest);
        var median = Statistics.Percentile([.. durations.Order()], 50);
        if (longest <= Spread * Math.Max(median, Shortest))
        {
            var top = Rounded(longest);
            return new(0, top, false, [top, top / 2, 0]);
        }

        var (low, high) = (Math.Floor(Math.Log10(Math.Max(durations.Min(), Shortest))), Math.Ceiling(Math.Log10(longest)));
        return new(low, high, true, [.. Enumerable.Range((int)low, (int)(high - low) + 1).Reverse().Select(power => Math.Pow(10, power))]);
    }

    /// <summary>From 0 to 1.</summary>
    public double HeightOf(double ms) => Math.Clamp(((IsLogarithmic ? Math.Log10(Math.Max(ms, Shortest)) : ms) - _bottom) / (_top - _bottom), 0, 1);

    /// <summary>The next 1, 2, 4 or 6 times a power of ten: its half is as round.</summary>
    private static double Rounded(double ms)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(ms)));
        return new[] { 1.0, 2, 4, 6, 10 }.First(step => ms <= step * power * 1.000_001) * power;
    }
}
