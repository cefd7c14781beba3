namespace JobScheduler.Projections.Executions;

/// <summary>How late calls were, counted in bins whose bounds grow by a twentieth: percentiles of any number of them are right to 2.5 %.</summary>
public sealed class LatenessHistogram
{
    internal const int BinsPerE = 20;

    private readonly (int Bin, long Count)[] _bins;

    /// <param name="bins">Which one, and how many calls; bin <c>n</c> is around e^(n / 20) ms. In any order; a bin may be there more than once.</param>
    public LatenessHistogram(IEnumerable<(int Bin, long Count)> bins) =>
        _bins = [.. bins.GroupBy(b => b.Bin).Select(g => (g.Key, g.Sum(b => b.Count))).OrderBy(b => b.Key)];

    public static LatenessHistogram Of(IEnumerable<LatenessHistogram> parts) => new(parts.SelectMany(p => p._bins));

    /// <summary>So late, in milliseconds, was this share of the calls at the most; <c>null</c> when there are none.</summary>
    /// <param name="share">In (0, 1]: 0.99 is the 99th percentile, by the nearest rank.</param>
    public double? PercentileMs(double share)
    {
        var rank = (long)Math.Ceiling(_bins.Sum(b => b.Count) * share);
        foreach (var (bin, count) in _bins)
        {
            if ((rank -= count) <= 0) return Math.Exp((double)bin / BinsPerE);
        }

        return null;
    }
}
