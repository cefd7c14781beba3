using JobScheduler.Domain;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using Npgsql;

namespace JobScheduler.Projections.Ledgers;

/// <summary>Accounts for the occurrences of one job: as <see cref="LedgerSnapshot"/> does it for all.</summary>
public sealed class JobTallies(NpgsqlDataSource dataSource, string schema)
{
    private readonly string _executions = $"""
        select id, status, skip_reason, scheduled_for from {schema}.executions
        where job_id = $1 and id between $4 and $5 and trigger = 'SCHEDULE' and scheduled_for > $2 and scheduled_for <= $3
        union all
        select id, 'OPEN', null, scheduled_for from {schema}.open_executions
        where job_id = $1 and id between $4 and $5 and trigger = 'SCHEDULE' and scheduled_for > $2 and scheduled_for <= $3
        """;

    /// <summary>How the occurrences in (from, to] ended. Costs about a microsecond an execution.</summary>
    /// <param name="changes">The job's events, oldest first, each with the instant it was appended.</param>
    /// <param name="from">Excluded; whole milliseconds.</param>
    /// <returns><c>null</c>: this machine does not know a zone of the job, and cannot tell when it was due.</returns>
    public async Task<LedgerTally?> ReadAsync(
        Guid jobId,
        IEnumerable<(JobEvent Event, DateTimeOffset At)> changes,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellation)
    {
        var account = new JobAccount(jobId, from, to);
        foreach (var (change, at) in changes) account.AddChange(change, at);
        if (!account.IsReadable) return null;
        await using var command = Command(
            $"""
            select true, reason, null::varchar, first_at, last_at, count, 0::numeric, 0::numeric
            from {schema}.missed_occurrences where job_id = $1 and last_at > $2 and first_at <= $3
            union all
            select false, status, skip_reason, min(scheduled_for), max(scheduled_for), count(*), sum(ms), sum(ms * ms)
            from (select *, (date_part('epoch', scheduled_for - $2) * 1000)::bigint as ms from ({_executions}) x) y
            group by status, skip_reason
            """,
            jobId,
            from,
            to);
        await command.ReadAllAsync(r => Add(account, r), cancellation);
        return account.TryBalance() ?? await MatchAsync(account, from, to, cancellation);
    }

    private static bool Add(JobAccount account, NpgsqlDataReader row)
    {
        var (name, first, last, count) = (row.GetString(1), row.GetFieldValue<DateTimeOffset>(3), row.GetFieldValue<DateTimeOffset>(4), row.GetInt64(5));
        if (row.GetBoolean(0))
            account.AddMissed(new(Guid.Empty, account.JobId, first, last, count, WireName.Parse<MissedReason>(name), first));
        else
            account.AddRecorded(WireName.Parse<ExecutionStatus>(name), ReasonOf(row, 2), new(count, (Int128)row.GetDecimal(6), (Int128)row.GetDecimal(7)), last);
        return true;
    }

    private async Task<LedgerTally> MatchAsync(JobAccount account, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        using var match = account.Match();
        await using var command = Command($"{_executions} order by id", account.JobId, from, to);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            match.Recorded(reader.GetFieldValue<DateTimeOffset>(3), WireName.Parse<ExecutionStatus>(reader.GetString(1)), ReasonOf(reader, 2));
        return match.End();
    }

    private static SkipReason? ReasonOf(NpgsqlDataReader row, int ordinal) =>
        row.GetNullable<string>(ordinal) is { } reason ? WireName.Parse<SkipReason>(reason) : null;

    private NpgsqlCommand Command(string sql, Guid jobId, DateTimeOffset from, DateTimeOffset to)
    {
        var command = dataSource.CreateCommand(sql);
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = from });
        command.Parameters.Add(new() { Value = to });
        command.Parameters.Add(new() { Value = ExecutionId.FirstAt(from) });
        command.Parameters.Add(new() { Value = ExecutionId.LastAt(to) });
        return command;
    }
}
