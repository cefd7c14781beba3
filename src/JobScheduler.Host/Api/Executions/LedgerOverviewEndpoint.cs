using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Host.Api.Wire;
using JobScheduler.Projections.Jobs;
using JobScheduler.Projections.Ledgers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Executions;

internal static class LedgerOverviewEndpoint
{
    /// <summary>Instants that one answer goes through at the most: about as many as 10,000 jobs have in a day that are due each minute.</summary>
    private const long MaxInstants = 20_000_000;

    private static readonly Comparer<(FindingRank Rank, LedgerTally Tally)> WorstFirst =
        Comparer<(FindingRank Rank, LedgerTally Tally)>.Create((a, b) => a.Rank.CompareTo(b.Rank));

    private static readonly TimeSpan DefaultSpan = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestSpan = TimeSpan.FromDays(31);
    private static readonly RequestField<DateTimeOffset?> From = RequestField.Instant("from", "Later than this instant. Default: an hour before 'to'.");
    private static readonly RequestField<DateTimeOffset?> To = RequestField.Instant("to", "Up to this instant; one in the future counts as now. Default: now.");
    private static readonly RequestField<int> Limit = RequestField.Count("limit", "At most this many jobs.", absent: 50, most: 500);
    private static readonly RequestField<string?> After = RequestField.Text("after", "The 'next' of the page before; takes the place of 'from' and 'to'.");

    public static void MapLedgerOverview(this IEndpointRouteBuilder routes) => routes.MapGet("/ledger", HandleAsync)
        .Takes(From, To, Limit, After)
        .InEitherStyle()
        .Describe(
            "Account for the occurrences of all jobs",
            "How many were due in (from, to], by the jobs' definitions of that time, and how they ended; and a page of the jobs of which some "
            + "are unaccounted for, missed or failed, the worst first. At most 31 days, and 20,000,000 occurrences.",
            400, 503);

    private static async Task<Results<Ok<LedgerOverview>, Problem>> HandleAsync(
        HttpContext http, PostgresEventStore store, JobQueries jobs, TimeProvider time, CancellationToken cancellation)
    {
        var after = After.Of(http);
        var cursor = after is null ? null : FindingCursor.Read(after);
        if (after is not null && cursor is null)
            return Refusals.Invalid(new FieldError("after", after, "Give the 'next' of a page, as it was."));
        if (cursor is not null && (From.Of(http) ?? To.Of(http)) is not null)
            return Refusals.Invalid(new FieldError("after", after, "Give either 'after' or 'from' and 'to': a page is of the same time as the one before."));

        var now = InstantText.ToMilliseconds(time.GetUtcNow());
        var to = cursor?.To ?? (To.Of(http) is { } until && until < now ? until : now);
        var from = cursor?.From ?? From.Of(http) ?? to - DefaultSpan;
        if (from >= to) return Refusals.Invalid(new FieldError("from", from, "Must be earlier than 'to' and than now."));
        if (to - from > LongestSpan) return Refusals.Invalid(new FieldError("from", from, "Must be at most 31 days before 'to'."));

        await using var snapshot = await LedgerSnapshot.OpenAsync(store.DataSource, store.Schema, from, to, cancellation);
        var expected = await snapshot.CountExpectedAsync(cancellation);
        if (expected > MaxInstants)
        {
            return Refusals.Invalid(new FieldError(
                "from", from, FormattableString.Invariant($"{expected:N0} occurrences were due between 'from' and 'to', more than {MaxInstants:N0}; ask for a shorter time.")));
        }

        return TypedResults.Ok(await ReadAsync(snapshot, from, to, cursor?.After, Limit.Of(http), jobs, cancellation));
    }

    private static async Task<LedgerOverview> ReadAsync(
        LedgerSnapshot snapshot, DateTimeOffset from, DateTimeOffset to, FindingRank? after, int limit, JobQueries jobs, CancellationToken cancellation)
    {
        var (count, notReadable, totals) = (0L, 0L, new LedgerTally());
        var page = new SortedSet<(FindingRank Rank, LedgerTally Tally)>(WorstFirst);
        await foreach (var (jobId, tally) in snapshot.TalliesAsync(cancellation))
        {
            count++;
            if (tally is null)
            {
                notReadable++;
                continue;
            }

            totals.Add(tally);
            var rank = FindingRank.Of(jobId, tally);
            if (!rank.IsFinding || rank.CompareTo(after ?? rank) < 0 || rank == after) continue;
            page.Add((rank, tally));
            if (page.Count > limit + 1) page.Remove(page.Max);
        }

        var findings = page.Take(limit).ToList();
        var names = (await jobs.FindAllAsync([.. findings.Select(f => f.Rank.JobId)], cancellation)).ToDictionary(j => j.Id, j => j.Definition.Name);
        var next = page.Count > limit ? new FindingCursor(from, to, findings[^1].Rank).ToString() : null;
        return new(from, to, count, notReadable, LedgerTotals.Of(totals), [.. findings.Select(f => View(f.Rank, f.Tally, names))], next);
    }

    private static LedgerFinding View(FindingRank rank, LedgerTally tally, Dictionary<Guid, string?> names) => new(
        rank.JobId,
        names.GetValueOrDefault(rank.JobId),
        tally.Expected,
        tally.Completed,
        tally.Failed,
        tally.Skipped.Values.Sum(),
        rank.Missed,
        tally.Open,
        tally.Unaccounted);
}
