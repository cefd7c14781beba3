using System.Globalization;

namespace JobScheduler.Host.Dashboard.Parts;

/// <summary>Numbers for people.</summary>
internal static class Numbers
{
    private static readonly string[] ByteUnits = ["bytes", "KB", "MB", "GB", "TB"];

    /// <summary>Such as <c>12,345</c>.</summary>
    public static string Of(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Such as <c>1 job</c>, <c>12,345 jobs</c>.</summary>
    public static string Of(long count, string one, string many) => $"{Of(count)} {(count == 1 ? one : many)}";

    /// <summary>In per cent, rounded down to two places: never 100 % when one is missing.</summary>
    public static string Share(long part, long whole) =>
        whole == 0 ? "–" : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(10_000m * part / whole) / 100:0.##} %");

    /// <summary>Of a number a second, in as many places as are of interest.</summary>
    public static string Rate(double perSecond) => perSecond switch
    {
        0 => "0",
        < 0.1 => perSecond.ToString("0.00", CultureInfo.InvariantCulture),
        < 10 => perSecond.ToString("0.#", CultureInfo.InvariantCulture),
        _ => perSecond.ToString("N0", CultureInfo.InvariantCulture),
    };

    /// <summary>Such as <c>12.3 MB</c>, by powers of 1,024.</summary>
    public static string Bytes(long bytes)
    {
        var (size, unit) = ((double)bytes, 0);
        for (; size >= 1024 && unit < ByteUnits.Length - 1; unit++) size /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{(size < 100 ? Math.Round(size, 1) : Math.Round(size)):#,0.#} {ByteUnits[unit]}");
    }
}
