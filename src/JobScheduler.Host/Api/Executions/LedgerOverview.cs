using System.Buffers.Text;
using System.Globalization;
using System.Text;
using JobScheduler.Domain;
using JobScheduler.Projections.Ledgers;

namespace JobScheduler.Host.Api.Executions;

/// <summary>How the occurrences of all jobs in (from, to] ended, and the jobs of which some were not run, the worst first.</summary>
/// <param name="From">Excluded.</param>
/// <param name="To">Included.</param>
/// <param name="Jobs">How many jobs existed in the time.</param>
/// <param name="NotReadable">How many of them this machine cannot account for, for it does not know their time zone.</param>
/// <param name="Findings">A page of the jobs with occurrences that are unaccounted for, missed or failed; by these, in this order, the most first.</param>
/// <param name="Next">What 'after' is for the next page; null: this is the last.</param>
internal sealed record LedgerOverview(
    DateTimeOffset From, DateTimeOffset To, long Jobs, long NotReadable, LedgerTotals Totals, IReadOnlyList<LedgerFinding> Findings, string? Next);

/// <param name="Skipped">By reason; reasons that do not occur are left out.</param>
/// <param name="Missed">By reason; reasons that do not occur are left out.</param>
internal sealed record LedgerTotals(
    long Expected,
    long Completed,
    long Failed,
    IReadOnlyDictionary<string, long> Skipped,
    IReadOnlyDictionary<string, long> Missed,
    long Open,
    long Unaccounted,
    long Unexpected)
{
    public static LedgerTotals Of(LedgerTally tally) => new(
        tally.Expected, tally.Completed, tally.Failed, Named(tally.Skipped), Named(tally.Missed), tally.Open, tally.Unaccounted, tally.Unexpected);

    private static Dictionary<string, long> Named<T>(IReadOnlyDictionary<T, long> counts) where T : struct, Enum =>
        counts.ToDictionary(c => WireName.Of(c.Key), c => c.Value);
}

/// <param name="JobName">null: it has none.</param>
internal sealed record LedgerFinding(
    Guid JobId, string? JobName, long Expected, long Completed, long Failed, long Skipped, long Missed, long Open, long Unaccounted);

/// <summary>Where a job stands among the findings: what is unaccounted for weighs most, then what was missed, then what failed.</summary>
internal readonly record struct FindingRank(long Unaccounted, long Missed, long Failed, Guid JobId) : IComparable<FindingRank>
{
    public static FindingRank Of(Guid jobId, LedgerTally tally) => new(tally.Unaccounted, tally.Missed.Values.Sum(), tally.Failed, jobId);

    public bool IsFinding => Unaccounted > 0 || Missed > 0 || Failed > 0;

    /// <summary>The worse is the smaller.</summary>
    public int CompareTo(FindingRank other) =>
        (other.Unaccounted, other.Missed, other.Failed, JobId).CompareTo((Unaccounted, Missed, Failed, other.JobId));
}

/// <summary>Where a page of findings ended, as opaque text: the time accounted for, so that all pages are of the same, and the last rank.</summary>
internal sealed record FindingCursor(DateTimeOffset From, DateTimeOffset To, FindingRank After)
{
    private const int Parts = 6;

    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{From.ToUnixTimeMilliseconds()} {To.ToUnixTimeMilliseconds()} {After.Unaccounted} {After.Missed} {After.Failed} {After.JobId:N}")));

    /// <summary><c>null</c> when it is not a cursor.</summary>
    public static FindingCursor? Read(string text)
    {
        if (!Base64Url.IsValid(text)) return null;
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split(' ');
        if (parts.Length != Parts || !Guid.TryParseExact(parts[^1], "N", out var id)) return null;
        var numbers = new long[Parts - 1];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) return null;
        }

        return numbers[1] > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() || numbers[0] >= numbers[1]
            ? null
            : new(
                DateTimeOffset.FromUnixTimeMilliseconds(numbers[0]),
                DateTimeOffset.FromUnixTimeMilliseconds(numbers[1]),
                new(numbers[2], numbers[3], numbers[4], id));
    }
}
