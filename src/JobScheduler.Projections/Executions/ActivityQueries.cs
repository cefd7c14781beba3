using JobScheduler.Domain;
using JobScheduler.Domain.Executions;
using Npgsql;

namespace JobScheduler.Projections.Executions;

/// <summary>What ended in stretches of time, counted by the database: a stretch is a range of ids, which begin with their instants.</summary>
public sealed class ActivityQueries(NpgsqlDataSource dataSource, string schema)
{
    /// <summary>A job fires once a second at most: so many of the longest calls of ten seconds are of as many jobs as are shown.</summary>
    private const int Slowest = 60;

    /// <summary>The ended executions of each stretch [start, start + length), in the order given; about 2 µs an execution.</summary>
    /// <param name="starts">In whole milliseconds.</param>
    public async Task<IReadOnlyList<Outcomes>> CountAsync(
        IReadOnlyCollection<DateTimeOffset> starts, TimeSpan length, CancellationToken cancellation)
    {
        var first = starts.Select(ExecutionId.FirstAt).ToArray();
        var end = starts.Select(s => ExecutionId.FirstAt(s + length)).ToArray();
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(Command(
            $"""
            select s.n, e.status, e.bin, e.count
            from unnest($1, $2) with ordinality as s (first, past, n)
            cross join lateral (
                select status, round(ln(greatest(lateness_ms, 0.01)) * {LatenessHistogram.BinsPerE})::int as bin, count(*) as count
                from {schema}.executions where id >= s.first and id < s.past
                group by 1, 2) e
            """));
        batch.BatchCommands.Add(Command(
            $"""
            select s.n, e.job_id, e.id, e.duration_ms
            from unnest($1, $2) with ordinality as s (first, past, n)
            cross join lateral (
                select job_id, id, duration_ms
                from {schema}.executions where id >= s.first and id < s.past and duration_ms is not null
                order by duration_ms desc limit {Slowest}) e
            """));
        var counts = starts.Select(_ => new Dictionary<ExecutionStatus, long>()).ToList();
        var lateness = starts.Select(_ => new List<(int Bin, long Count)>()).ToList();
        var slowest = starts.Select(_ => new List<SlowCall>()).ToList();
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (n, status, count) = ((int)reader.GetInt64(0) - 1, WireName.Parse<ExecutionStatus>(reader.GetString(1)), reader.GetInt64(3));
            counts[n][status] = counts[n].GetValueOrDefault(status) + count;
            if (reader.GetNullableValue<int>(2) is { } bin) lateness[n].Add((bin, count));
        }

        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            slowest[(int)reader.GetInt64(0) - 1].Add(new(reader.GetGuid(1), reader.GetGuid(2), reader.GetDouble(3)));
        return
        [
            .. counts.Select((c, n) => new Outcomes(
                c.GetValueOrDefault(ExecutionStatus.Completed),
                c.GetValueOrDefault(ExecutionStatus.Failed),
                c.GetValueOrDefault(ExecutionStatus.Skipped),
                new LatenessHistogram(lateness[n]),
                SlowCall.OfEachJob(slowest[n]))),
        ];

        NpgsqlBatchCommand Command(string sql)
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(new() { Value = first });
            command.Parameters.Add(new() { Value = end });
            return command;
        }
    }
}

/// <summary>What ended in a stretch of time.</summary>
/// <param name="Lateness">Of the calls: what was skipped has none.</param>
/// <param name="Slowest">The longest call of each job, of the slowest ones; longest first.</param>
public sealed record Outcomes(long Completed, long Failed, long Skipped, LatenessHistogram Lateness, IReadOnlyList<SlowCall> Slowest)
{
    public static Outcomes None { get; } = new(0, 0, 0, new([]), []);

    public long Calls => Completed + Failed;

    public long All => Calls + Skipped;

    /// <summary>Of those stretches together.</summary>
    public static Outcomes Of(IReadOnlyCollection<Outcomes> parts) => new(
        parts.Sum(p => p.Completed),
        parts.Sum(p => p.Failed),
        parts.Sum(p => p.Skipped),
        LatenessHistogram.Of(parts.Select(p => p.Lateness)),
        SlowCall.OfEachJob(parts.SelectMany(p => p.Slowest)));
}

/// <summary>An execution that took long.</summary>
public sealed record SlowCall(Guid JobId, Guid ExecutionId, double DurationMs)
{
    private const int Most = 6;

    internal static IReadOnlyList<SlowCall> OfEachJob(IEnumerable<SlowCall> calls) =>
        [.. calls.OrderByDescending(c => c.DurationMs).DistinctBy(c => c.JobId).Take(Most)];
}
