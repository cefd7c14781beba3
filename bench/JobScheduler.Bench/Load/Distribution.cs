namespace JobScheduler.Bench.Load;

/// <summary>Percentiles of measured values, by the nearest rank; all NaN when nothing was measured.</summary>
internal sealed record Distribution(double P50, double P90, double P99, double Max)
{
    public static Distribution Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        double At(double p) => sorted.Length == 0 ? double.NaN : sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * p) - 1)];
        return new(At(0.50), At(0.90), At(0.99), At(1));
    }

    /// <summary>As cells of a table: p50, p90, p99 and max, with two decimals.</summary>
    public string[] Cells => [$"{P50:0.00}", $"{P90:0.00}", $"{P99:0.00}", $"{Max:0.00}"];
}
