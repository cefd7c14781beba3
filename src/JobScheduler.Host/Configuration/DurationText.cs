using System.Globalization;
using System.Text.RegularExpressions;

namespace JobScheduler.Host.Configuration;

/// <summary>
/// Durations as they stand on the wire: days, hours, minutes, seconds and milliseconds, in this order, each at most once, such as
/// <c>1h30m</c> or <c>500ms</c>. The form <c>00:00:30</c> is read too. Never negative; in whole milliseconds.
/// </summary>
internal static partial class DurationText
{
    public const string Examples = "Give a duration as text, such as \"500ms\", \"30s\", \"5m\", \"1h30m\" or \"1d\"";

    private static readonly (string Unit, long Milliseconds)[] Units =
        [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

    /// <summary>The shortest text; <c>0s</c> for none.</summary>
    public static string Of(TimeSpan duration)
    {
        var rest = (long)duration.TotalMilliseconds;
        if (rest == 0) return "0s";
        Span<char> text = stackalloc char[32];
        var written = 0;
        foreach (var (unit, length) in Units)
        {
            if (rest < length) continue;
            text[written..].TryWrite(CultureInfo.InvariantCulture, $"{rest / length}{unit}", out var more);
            written += more;
            rest %= length;
        }

        return new(text[..written]);
    }

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParseExact(text, ["c", @"hh\:mm\:ss\.fff"], CultureInfo.InvariantCulture, out duration) && duration >= TimeSpan.Zero;
        }

        var match = Form().Match(text);
        if (!match.Success || text.Length == 0) return false;
        var milliseconds = 0.0;
        foreach (var (unit, length) in Units)
        {
            if (match.Groups[unit] is { Success: true } amount) milliseconds += double.Parse(amount.Value, CultureInfo.InvariantCulture) * length;
        }

        if (milliseconds > TimeSpan.MaxValue.TotalMilliseconds / 2) return false;
        duration = TimeSpan.FromMilliseconds(Math.Round(milliseconds));
        return true;
    }

    [GeneratedRegex(
        @"^(?:(?<d>\d{1,9}(?:\.\d{1,9})?)d)?(?:(?<h>\d{1,9}(?:\.\d{1,9})?)h)?(?:(?<m>\d{1,9}(?:\.\d{1,9})?)m)?(?:(?<s>\d{1,9}(?:\.\d{1,9})?)s)?(?:(?<ms>\d{1,9})ms)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
