using System.Runtime.CompilerServices;
using System.Text.Json;
using JobScheduler.Domain;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.Projections.Health;
using Npgsql;
using NpgsqlTypes;

namespace JobScheduler.Projections.Jobs;

/// <summary>What is asked of the jobs read model.</summary>
public sealed class JobQueries(NpgsqlDataSource dataSource, string schema)
{
    private const string Columns = """
        j.id, j.version, j.state, j.definition, j.due_after, j.created_at, j.updated_at,
        p.job_id, p.settled_through, p.success_count, p.failure_count, p.skipped_count, p.missed_count, p.consecutive_failures,
        p.last_execution_id, p.last_status, p.last_execution_time, p.last_status_code, p.last_duration_ms
        """;

    private readonly string _select = $"select {Columns} from {schema}.jobs j left join {schema}.job_progress p on p.job_id = j.id";

    /// <summary>The job, also a deleted one; <c>null</c> when there never was one.</summary>
    public async Task<JobRow?> FindAsync(Guid id, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand($"{_select} where j.id = $1");
        command.Parameters.Add(new() { Value = id });
        return (await command.ReadAllAsync(Rows(), cancellation)).SingleOrDefault();
    }

    /// <summary>The jobs of these ids, in no order.</summary>
    public async Task<IReadOnlyList<JobRow>> FindAllAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand($"{_select} where j.id = any ($1)");
        command.Parameters.Add(new() { Value = ids.ToArray() });
        return await command.ReadAllAsync(Rows(), cancellation);
    }

    /// <summary>A page of the jobs that are not deleted.</summary>
    public async Task<IReadOnlyList<JobRow>> ListAsync(JobListing listing, CancellationToken cancellation)
    {
        var (column, type) = listing.Sort switch
        {
            JobSort.Created => ("j.id", NpgsqlDbType.Uuid),
            JobSort.Updated => ("j.updated_at", NpgsqlDbType.TimestampTz),
            JobSort.Name => ("coalesce(j.name, '')", NpgsqlDbType.Text),
            _ => throw new InvalidOperationException($"Unknown sort {listing.Sort}."),
        };
        var (comparison, order) = listing.Descending ? ("<", "desc") : (">", "asc");
        await using var batch = dataSource.CreateBatch();
        // One plan for all texts would read all jobs: only for the text at hand does the planner know whether many or few are found.
        batch.BatchCommands.Add(new("select set_config('plan_cache_mode', 'force_custom_plan', true)"));
        var command = new NpgsqlBatchCommand(
            $"""
            {_select}
            where j.state <> 'DELETED'
              and {(listing.State is null ? "true" : "j.state = $1")}
              and {(listing.Tag is null ? "true" : "j.tags ? $2")}
              and {(listing.Search is null ? "true" : "(coalesce(j.name, '') || E'\\n' || (j.definition -> 'target' ->> 'api')) ilike $3")}
              and {(listing.LastStatus is null ? "true" : "p.last_status = $4")}
              and {(listing.After is null ? "true" : $"({column}, j.id) {comparison} ($5, $6)")}
            order by {column} {order}, j.id {order}
            limit $7
            """);
        command.Parameters.Add(Text(listing.State is { } state ? WireName.Of(state) : null));
        command.Parameters.Add(Text(listing.Tag));
        command.Parameters.Add(Text(listing.Search is { } search ? $"%{EscapeLike(search)}%" : null));
        command.Parameters.Add(Text(listing.LastStatus is { } status ? WireName.Of(status) : null));
        command.Parameters.Add(new() { Value = listing.After?.Key ?? DBNull.Value, NpgsqlDbType = type });
        command.Parameters.Add(new() { Value = listing.After?.Id ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = listing.Limit });
        batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        var (rows, read) = (new List<JobRow>(), Rows());
        while (await reader.ReadAsync(cancellation)) rows.Add(read(reader));
        return rows;
    }

    /// <summary>All jobs that are not deleted, oldest first.</summary>
    public IAsyncEnumerable<JobRow> StreamAsync(CancellationToken cancellation) =>
        StreamAsync($"{_select} where j.state <> 'DELETED' order by j.id", cancellation);

    /// <summary>All active jobs as of one position of the log, for a reader of them all; to be disposed.</summary>
    public async Task<ActiveJobs> OpenActiveAsync(CancellationToken cancellation) =>
        await ActiveJobs.OpenAsync(dataSource, schema, cancellation);

    /// <summary>How often each of these jobs has succeeded; those that never did are left out.</summary>
    public async Task<IReadOnlyDictionary<Guid, long>> SuccessesAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"select job_id, success_count from {schema}.job_progress where job_id = any ($1) and success_count > 0");
        command.Parameters.Add(new() { Value = ids.ToArray() });
        return (await command.ReadAllAsync(r => (Id: r.GetGuid(0), Count: r.GetInt64(1)), cancellation)).ToDictionary(r => r.Id, r => r.Count);
    }

    public async Task<long> CountActiveAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand($"select coalesce(max(active_count), 0) from {schema}.job_totals");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public async Task<(long Active, long Paused)> CountAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select (select coalesce(max(active_count), 0) from {schema}.job_totals), (select count(*) from {schema}.jobs where state = 'PAUSED')
            """);
        return (await command.ReadAllAsync(r => (r.GetInt64(0), r.GetInt64(1)), cancellation)).Single();
    }

    /// <summary>
    /// The active jobs whose last call failed and that will run again, most failures in a row first. Costs as much as there are: a row's
    /// updates stay within its page while its job is well, since only how the last run ended is indexed.
    /// </summary>
    public async Task<Found<JobRow>> FailingAsync(int first, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            select {Columns}, f.count
            from (
                select p.job_id, count(*) over () as count
                from {schema}.job_progress p
                join {schema}.jobs j on j.id = p.job_id
                where p.last_status in ('FAILED', 'SKIPPED') and p.consecutive_failures > 0
                  and j.state = 'ACTIVE' and j.definition -> 'schedule' ->> 'runAt' is null
                order by p.consecutive_failures desc, p.job_id limit $1) f
            join {schema}.jobs j on j.id = f.job_id
            join {schema}.job_progress p on p.job_id = f.job_id
            order by p.consecutive_failures desc, p.job_id
            """);
        command.Parameters.Add(new() { Value = first });
        var read = Rows();
        var rows = await command.ReadAllAsync(r => (Job: read(r), Count: r.GetInt64(19)), cancellation);
        return new([.. rows.Select(r => r.Job)], rows.Count == 0 ? 0 : rows[0].Count);
    }

    /// <summary>
    /// The schedules of the active jobs, but for one-offs that lie before <paramref name="from"/>, and how many jobs have each. One to
    /// two seconds a million jobs, of one core: whoever fires jobs needs the others.
    /// </summary>
    public async Task<IReadOnlyList<SharedSchedule>> SchedulesAsync(DateTimeOffset from, CancellationToken cancellation)
    {
        await using var batch = dataSource.CreateBatch();
        // Not knowing that many jobs share a schedule, the planner would sort them all, with their definitions and on disk.
        batch.BatchCommands.Add(new(
            "select set_config('max_parallel_workers_per_gather', '0', true), set_config('enable_sort', 'off', true), set_config('work_mem', '64MB', true)"));
        var command = new NpgsqlBatchCommand(
            $"""
            select schedule::text, count(*)
            from (select definition -> 'schedule' as schedule from {schema}.jobs where state = 'ACTIVE') active
            where schedule ->> 'runAt' is null or (schedule ->> 'runAt')::timestamptz >= $1
            group by schedule
            """);
        command.Parameters.Add(new() { Value = from });
        batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        var schedules = new List<SharedSchedule>();
        while (await reader.ReadAsync(cancellation)) schedules.Add(new(reader.GetString(0), reader.GetInt64(1)));
        return schedules;
    }

    /// <summary>Of what <see cref="SharedSchedule.Json"/> says.</summary>
    public static Schedule ParseSchedule(string json) => JsonSerializer.Deserialize(json, EventJson.Default.Schedule)!;

    private async IAsyncEnumerable<JobRow> StreamAsync(string sql, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var read = Rows();
        while (await reader.ReadAsync(cancellation)) yield return read(reader);
    }

    private static NpgsqlParameter Text(string? value) =>
        new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static string EscapeLike(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);

    /// <summary>Reads the rows of one answer: parts of definitions that are alike are parsed once.</summary>
    private static Func<NpgsqlDataReader, JobRow> Rows()
    {
        var definitions = new DefinitionParser();
        return r => Read(r, definitions);
    }

    private static JobRow Read(NpgsqlDataReader r, DefinitionParser definitions) => new(
        r.GetGuid(0),
        r.GetInt64(1),
        WireName.Parse<JobState>(r.GetString(2)),
        definitions.Parse(r.GetFieldValue<byte[]>(3)),
        r.GetFieldValue<DateTimeOffset>(4),
        r.GetFieldValue<DateTimeOffset>(5),
        r.GetFieldValue<DateTimeOffset>(6),
        r.IsDBNull(7) ? null : ReadProgress(r));

    private static JobProgress ReadProgress(NpgsqlDataReader r) => new(
        r.GetNullableValue<DateTimeOffset>(8),
        r.GetInt64(9),
        r.GetInt64(10),
        r.GetInt64(11),
        r.GetInt64(12),
        r.GetInt32(13),
        r.GetNullableValue<Guid>(14),
        r.GetNullable<string>(15) is { } status ? WireName.Parse<ExecutionStatus>(status) : null,
        r.GetNullableValue<DateTimeOffset>(16),
        r.GetNullableValue<int>(17),
        r.GetNullableValue<double>(18));
}

public enum JobSort
{
    Created,
    Updated,
    Name,
}

/// <summary>Which jobs are asked for, in which order.</summary>
/// <param name="Search">Part of the name or of the URL, in any case.</param>
/// <param name="LastStatus">How the last run ended.</param>
/// <param name="After">The last job of the page before; <c>null</c>: from the start.</param>
/// <param name="Limit">At most this many.</param>
public sealed record JobListing(
    JobState? State, string? Tag, string? Search, ExecutionStatus? LastStatus, JobSort Sort, bool Descending, JobKey? After, int Limit);

/// <summary>Where a job stands in a listing.</summary>
/// <param name="Key">Its value of the column that the listing is sorted by.</param>
public sealed record JobKey(object Key, Guid Id);

/// <summary>A schedule and how many jobs have it.</summary>
/// <param name="Json">Equal for equal schedules.</param>
public readonly record struct SharedSchedule(string Json, long Jobs);
