namespace JobScheduler.Host.Api.Requests;

/// <summary>Names that were probably meant.</summary>
internal static class NearMiss
{
    /// <summary>What is said of a name that is not among the <paramref name="known"/>.</summary>
    public static string Unknown(string what, string name, IReadOnlyCollection<string> known)
    {
        if (known.Count == 0) return $"Unknown {what}; none is taken here.";
        var list = $"known are {string.Join(", ", known)}.";
        return Of(name, known) is { } near ? $"Unknown {what}; did you mean '{near}'? {char.ToUpperInvariant(list[0])}{list[1..]}" : $"Unknown {what}; {list}";
    }

    /// <summary>The known name that is at most two edits away, or a third of its length, and nearest; <c>null</c> when there is none.</summary>
    public static string? Of(string name, IEnumerable<string> known) => name.Length > 64 ? null : known
        .Select(candidate => (candidate, Distance: Edits(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
        .Where(c => c.Distance <= Math.Max(2, c.candidate.Length / 3) && c.Distance < c.candidate.Length)
        .OrderBy(c => c.Distance)
        .Select(c => c.candidate)
        .FirstOrDefault();

    /// <summary>Levenshtein's distance, row by row.</summary>
    private static int Edits(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
