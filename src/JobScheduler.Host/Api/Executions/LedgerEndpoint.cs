using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Jobs;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Projections.Executions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Executions;

/// <param name="From">Excluded.</param>
/// <param name="To">Included.</param>
internal sealed record LedgerView(Guid JobId, DateTimeOffset From, DateTimeOffset To, LedgerSummary Summary, IReadOnlyList<LedgerEntry> Occurrences);

internal static class LedgerEndpoint
{
    /// <summary>Instants, and executions, that one answer goes through at the most.</summary>
    private const int MaxInstants = 10_000;

    private static readonly TimeSpan DefaultSpan = TimeSpan.FromHours(1);
    private static readonly RequestField<DateTimeOffset?> From = RequestField.Instant("from", "Later than this instant. Default: an hour before 'to'.");
    private static readonly RequestField<DateTimeOffset?> To = RequestField.Instant("to", "Up to this instant; one in the future counts as now. Default: now.");

    public static void MapLedger(this IEndpointRouteBuilder routes) => routes.MapGet("/jobs/{id}/ledger", HandleAsync)
        .Takes(JobRoutes.JobId, From, To)
        .InEitherStyle()
        .Describe(
            "Account for a job's occurrences",
            "Every instant in (from, to] at which the job was due, by its schedule and state at that time, and how it ended. Executions that "
            + "were claimed for other instants, because the job changed after the claim, follow with 'expected' false.",
            400, 404, 503);

    private static async Task<Results<Ok<LedgerView>, Problem>> HandleAsync(
        HttpContext http, PostgresEventStore store, ExecutionQueries executions, TimeProvider time, CancellationToken cancellation)
    {
        var (id, now) = (JobRoutes.JobId.Of(http), time.GetUtcNow());
        var to = To.Of(http) is { } until && until < now ? until : now;
        var from = From.Of(http) ?? to - DefaultSpan;
        if (from >= to) return Refusals.Invalid(new FieldError("from", from, "Must be earlier than 'to' and than now."));

        var events = await store.FetchStreamAsync(id, cancellationToken: cancellation);
        if (events is not [{ Data: JobCreated }, ..]) return Refusals.JobNotFound(id);
        if (await ReadAsync(id, events, from, to, MaxInstants, executions, cancellation) is not { } entries) return TooMany(from);
        return TypedResults.Ok(new LedgerView(id, from, to, LedgerSummary.Of(entries), entries));
    }

    /// <returns><c>null</c> when there are more than <paramref name="most"/>.</returns>
    public static async Task<IReadOnlyList<LedgerEntry>?> ReadAsync(
        Guid id,
        IReadOnlyList<StoredEvent> job,
        DateTimeOffset from,
        DateTimeOffset to,
        int most,
        ExecutionQueries executions,
        CancellationToken cancellation)
    {
        var periods = JobHistory.ActivePeriods(job.Select(e => ((JobEvent)e.Data, e.Timestamp)));
        var expected = Ledger.Expected(periods, from, to).Take(most + 1).ToList();
        if (expected.Count > most) return null;
        var recorded = await executions.ScheduledBetweenAsync(id, from, to, most * 2, cancellation);
        if (recorded.Count == most * 2) return null;
        var missed = await executions.MissedBetweenAsync(id, from, to, cancellation);
        return Ledger.Match(expected, [.. recorded.Where(r => r.ScheduledFor > from && r.ScheduledFor <= to)], missed);
    }

    private static Problem TooMany(DateTimeOffset from) => Refusals.Invalid(
        new FieldError("from", from, $"There are more than {MaxInstants} instants between 'from' and 'to'; ask for a shorter time."));
}
