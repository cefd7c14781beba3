using System.Globalization;

namespace JobScheduler.Host.Dashboard.Overview;

/// <summary>Round numbers beside a chart.</summary>
internal static class Scale
{
    private static readonly double[] Round = [1, 2, 4, 6, 8, 10];

    /// <summary>The least round number that is no less; 1 for 0.</summary>
    public static double RoundUp(double value)
    {
        if (value <= 0) return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return Round.First(round => round >= value / power - 1e-9) * power;
    }

    /// <summary>Such as <c>0.1 ms</c>, <c>10 ms</c>, <c>1 s</c>.</summary>
    public static string PowerOfTenMs(int power) => power < 3
        ? $"{Math.Pow(10, power).ToString(CultureInfo.InvariantCulture)} ms"
        : $"{Math.Pow(10, power - 3).ToString("N0", CultureInfo.InvariantCulture)} s";
}
