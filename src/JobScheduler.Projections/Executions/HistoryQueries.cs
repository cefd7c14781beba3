using JobScheduler.Domain;
using JobScheduler.Domain.Executions;
using Npgsql;

namespace JobScheduler.Projections.Executions;

/// <summary>An ended execution, as much of it as a chart shows.</summary>
public sealed record HistoryPoint(
    Guid Id, DateTimeOffset ScheduledFor, ExecutionTrigger Trigger, ExecutionStatus Status, double? DurationMs, double? LatenessMs);

/// <summary>A job's history, read in bounded pieces, newest first: a job that is due each second has thirty million executions a year.</summary>
public sealed class HistoryQueries(NpgsqlDataSource dataSource, string schema)
{
    /// <summary>The latest ended executions of instants in [from, to], at most <paramref name="limit"/>.</summary>
    /// <param name="from"><c>null</c>: from the first on.</param>
    /// <param name="to"><c>null</c>: up to the last.</param>
    public async Task<IReadOnlyList<HistoryPoint>> PointsAsync(
        Guid jobId, DateTimeOffset? from, DateTimeOffset? to, int limit, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select id, scheduled_for, trigger, status, duration_ms, lateness_ms from {schema}.executions
            where job_id = $1 and id between $2 and $3
            order by id desc limit $4
            """);
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = FirstAt(from) });
        command.Parameters.Add(new() { Value = to is { } until ? ExecutionId.LastAt(until) : Guid.AllBitsSet });
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadAllAsync(
            r => new HistoryPoint(
                r.GetGuid(0),
                r.GetFieldValue<DateTimeOffset>(1),
                WireName.Parse<ExecutionTrigger>(r.GetString(2)),
                WireName.Parse<ExecutionStatus>(r.GetString(3)),
                r.GetNullableValue<double>(4),
                r.GetNullableValue<double>(5)),
            cancellation);
    }

    /// <summary>
    /// Ended executions of one status, of instants from <paramref name="from"/> on and older than <paramref name="before"/>. However
    /// rare they are, no more than <paramref name="among"/> are looked through.
    /// </summary>
    /// <returns>At most <paramref name="limit"/>, and up to which id it was looked when there may be more beyond.</returns>
    public async Task<(IReadOnlyList<ExecutionRow> Rows, Guid? LookedUpTo)> EndedAsync(
        Guid jobId, ExecutionStatus status, DateTimeOffset? from, Guid before, int limit, int among, CancellationToken cancellation)
    {
        var looked = $"select * from {schema}.executions where job_id = $1 and id >= $2 and id < $3 order by id desc limit $4";
        await using var rows = dataSource.CreateCommand(
            $"select {ExecutionQueries.EndedColumns} from ({looked}) e where status = $5 order by id desc limit $6");
        AddLooked(rows);
        rows.Parameters.Add(new() { Value = WireName.Of(status) });
        rows.Parameters.Add(new() { Value = limit });
        var found = await rows.ReadAllAsync(ExecutionQueries.Read, cancellation);
        if (found.Count == limit) return (found, found[^1].Id);

        await using var end = dataSource.CreateCommand(
            $"select id from {schema}.executions where job_id = $1 and id >= $2 and id < $3 order by id desc offset $4 - 1 limit 1");
        AddLooked(end);
        return (found, (await end.ReadAllAsync(r => (Guid?)r.GetGuid(0), cancellation)).SingleOrDefault());

        void AddLooked(NpgsqlCommand command)
        {
            command.Parameters.Add(new() { Value = jobId });
            command.Parameters.Add(new() { Value = FirstAt(from) });
            command.Parameters.Add(new() { Value = before });
            command.Parameters.Add(new() { Value = among });
        }
    }

    /// <summary>The latest missed occurrences that ended in [from, to], at most <paramref name="limit"/> ranges.</summary>
    public async Task<IReadOnlyList<MissedRow>> MissedAsync(
        Guid jobId, DateTimeOffset? from, DateTimeOffset? to, int limit, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select {ExecutionQueries.MissedColumns} from {schema}.missed_occurrences
            where job_id = $1 and last_at between $2 and $3
            order by last_at desc limit $4
            """);
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = from ?? DateTimeOffset.MinValue });
        command.Parameters.Add(new() { Value = to ?? DateTimeOffset.MaxValue });
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadAllAsync(ExecutionQueries.ReadMissed, cancellation);
    }

    private static Guid FirstAt(DateTimeOffset? from) => from is { } since ? ExecutionId.FirstAt(since) : Guid.Empty;
}
