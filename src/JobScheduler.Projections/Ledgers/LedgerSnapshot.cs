using System.Data;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using JobScheduler.Domain;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using Npgsql;

namespace JobScheduler.Projections.Ledgers;

/// <summary>
/// Accounts for the occurrences of all jobs in (from, to], as of one moment: the jobs' own events say what was due, the history what
/// became of it. Memory does not grow with either; only jobs that do not balance at first sight are held until the end.
/// </summary>
/// <remarks>
/// PostgreSQL adds up the executions of each job in one pass; a job whose sums are those of the instants at which it was due balances.
/// The others' executions are gone through one by one.
/// </remarks>
public sealed class LedgerSnapshot : IAsyncDisposable
{
    private const int MatchedAtOnce = 10_000;

    private static readonly Dictionary<string, JsonTypeInfo> Changes = EventCatalog.All
        .Where(e => e.Name is "job_created" or "job_rescheduled" or "job_paused" or "job_resumed" or "job_deleted")
        .ToDictionary(e => e.Name, e => e.JsonTypeInfo);

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly string _schema;
    private readonly DateTimeOffset _from;
    private readonly DateTimeOffset _to;

    private LedgerSnapshot(NpgsqlConnection connection, NpgsqlTransaction transaction, string schema, DateTimeOffset from, DateTimeOffset to) =>
        (_connection, _transaction, _schema, _from, _to) = (connection, transaction, schema, from, to);

    /// <param name="from">Excluded; whole milliseconds.</param>
    /// <param name="to">Included; at most 31 days later.</param>
    public static async Task<LedgerSnapshot> OpenAsync(
        NpgsqlDataSource dataSource, string schema, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellation);
        try
        {
            return new(connection, await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation), schema, from, to);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    /// <summary>How many occurrences were due: what <see cref="TalliesAsync"/> will have to go through.</summary>
    public async Task<long> CountExpectedAsync(CancellationToken cancellation)
    {
        var count = 0L;
        await using var command = Command($"{ChangesSql} order by 1, 2, 3");
        await foreach (var account in AccountsAsync(command, cancellation)) count += account.CountExpected();
        return count;
    }

    /// <summary>Each job that existed in the time, in no order; without a tally those that this machine cannot read.</summary>
    public async IAsyncEnumerable<(Guid JobId, LedgerTally? Tally)> TalliesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var unbalanced = new List<JobAccount>();
        await using (var command = Command($"{ChangesSql} union all {MissedSql} union all {SumsSql} order by 1, 2, 3"))
        {
            await foreach (var account in AccountsAsync(command, cancellation))
            {
                if (!account.IsReadable) yield return (account.JobId, null);
                else if (account.TryBalance() is { } tally) yield return (account.JobId, tally);
                else unbalanced.Add(account);
            }
        }

        foreach (var chunk in unbalanced.Chunk(MatchedAtOnce))
        {
            await foreach (var matched in MatchAsync(chunk, cancellation)) yield return matched;
        }
    }

    // Three kinds of rows in one shape: id of the job, kind, order, name, detail, two instants, data, count, sum and sum of squares.

    private string ChangesSql => $"""
        select j.id, 1 as kind, e.version, e.type, null::varchar as detail, e.timestamp, null::timestamptz as last, e.data, 0::bigint, 0::numeric, 0::numeric
        from {_schema}.jobs j join {_schema}.mt_events e on e.stream_id = j.id
        where j.created_at < $2 and not (j.state = 'DELETED' and j.due_after <= $1) and e.type = any ($5)
        """;

    private string MissedSql => $"""
        select job_id, 2, 0, reason, null, first_at, last_at, null, count, 0, 0
        from {_schema}.missed_occurrences
        where last_at > $1 and first_at <= $2
        """;

    private string SumsSql => $"""
        select job_id, 3, 0, status, skip_reason, min(scheduled_for), max(scheduled_for), null, count(*), sum(ms), sum(ms * ms)
        from (select job_id, status, skip_reason, scheduled_for, (date_part('epoch', scheduled_for - $1) * 1000)::bigint as ms
              from ({ExecutionsSql}) x) y
        group by job_id, status, skip_reason
        """;

    private string ExecutionsSql => $"""
        select id, job_id, status, skip_reason, scheduled_for from {_schema}.executions
        where id between $3 and $4 and trigger = 'SCHEDULE' and scheduled_for > $1 and scheduled_for <= $2
        union all
        select id, job_id, 'OPEN', null, scheduled_for from {_schema}.open_executions
        where id between $3 and $4 and trigger = 'SCHEDULE' and scheduled_for > $1 and scheduled_for <= $2
        """;

    private async IAsyncEnumerable<JobAccount> AccountsAsync(NpgsqlCommand command, [EnumeratorCancellation] CancellationToken cancellation)
    {
        JobAccount? account = null;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var jobId = reader.GetGuid(0);
            if (account?.JobId != jobId)
            {
                if (account is not null) yield return account;
                account = new(jobId, _from, _to);
            }

            Add(account, reader);
        }

        if (account is not null) yield return account;
    }

    private static void Add(JobAccount account, NpgsqlDataReader row)
    {
        var (name, at) = (row.GetString(3), row.GetFieldValue<DateTimeOffset>(5));
        switch (row.GetInt32(1))
        {
            case 1:
                account.AddChange((JobEvent)JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(7), Changes[name])!, at);
                break;
            case 2:
                account.AddMissed(new(
                    Guid.Empty, account.JobId, at, row.GetFieldValue<DateTimeOffset>(6), row.GetInt64(8), WireName.Parse<MissedReason>(name), at));
                break;
            default:
                account.AddRecorded(
                    WireName.Parse<ExecutionStatus>(name),
                    ReasonOf(row, 4),
                    new(row.GetInt64(8), (Int128)row.GetDecimal(9), (Int128)row.GetDecimal(10)),
                    row.GetFieldValue<DateTimeOffset>(6));
                break;
        }
    }

    private async IAsyncEnumerable<(Guid JobId, LedgerTally? Tally)> MatchAsync(
        JobAccount[] accounts, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var matches = accounts.ToDictionary(a => a.JobId, a => a.Match());
        await using (var command = Command($"select job_id, status, skip_reason, scheduled_for from ({ExecutionsSql}) x where job_id in (select unnest($6)) order by 1, id"))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. matches.Keys] });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                matches[reader.GetGuid(0)].Recorded(
                    reader.GetFieldValue<DateTimeOffset>(3), WireName.Parse<ExecutionStatus>(reader.GetString(1)), ReasonOf(reader, 2));
            }
        }

        foreach (var (jobId, match) in matches)
        {
            using (match) yield return (jobId, match.End());
        }
    }

    private static SkipReason? ReasonOf(NpgsqlDataReader row, int ordinal) =>
        row.GetNullable<string>(ordinal) is { } reason ? WireName.Parse<SkipReason>(reason) : null;

    private NpgsqlCommand Command(string sql)
    {
        var command = new NpgsqlCommand(sql, _connection, _transaction) { CommandTimeout = 120 };
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = _from });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = _to });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ExecutionId.FirstAt(_from) });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ExecutionId.LastAt(_to) });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. Changes.Keys] });
        return command;
    }
}
