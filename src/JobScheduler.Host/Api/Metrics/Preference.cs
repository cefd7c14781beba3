using Microsoft.Net.Http.Headers;

namespace JobScheduler.Host.Api.Metrics;

/// <summary>Which of its two forms a client would rather have: by quality, then by how exactly it is named, then JSON.</summary>
internal static class Preference
{
    public static bool IsText(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        var text = Max(Rank(accepted, "text", "plain", orAnything: false), Rank(accepted, "application", "openmetrics-text", orAnything: false));
        return Compare(text, Rank(accepted, "application", "json", orAnything: true)) > 0;
    }

    /// <summary>The quality and exactness of the most exact range that the type is in; nothing when it is in none.</summary>
    private static (double Quality, int Exactness) Rank(IList<MediaTypeHeaderValue> accepted, string type, string subtype, bool orAnything) => accepted
        .Select(range => (Quality: range.Quality ?? 1, Exactness: Exactness(range, type, subtype, orAnything)))
        .Where(r => r.Exactness > 0)
        .OrderByDescending(r => r.Exactness)
        .FirstOrDefault();

    private static int Exactness(MediaTypeHeaderValue range, string type, string subtype, bool orAnything) =>
        range.MatchesAllTypes ? (orAnything ? 1 : 0)
        : !range.Type.Equals(type, StringComparison.OrdinalIgnoreCase) ? 0
        : range.MatchesAllSubTypes ? (orAnything ? 2 : 0)
        : range.SubType.Equals(subtype, StringComparison.OrdinalIgnoreCase) ? 3 : 0;

    private static (double, int) Max((double, int) a, (double, int) b) => Compare(a, b) >= 0 ? a : b;

    private static int Compare((double Quality, int Exactness) a, (double Quality, int Exactness) b) => a.CompareTo(b);
}
