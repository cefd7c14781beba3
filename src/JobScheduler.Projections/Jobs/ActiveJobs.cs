using System.Data;
using System.Runtime.CompilerServices;
using JobScheduler.Domain.Jobs;
using Npgsql;

namespace JobScheduler.Projections.Jobs;

/// <summary>What has to be known of an active job to schedule it.</summary>
/// <param name="DueAfter">Occurrences later than this instant are due on the definition's schedule.</param>
/// <param name="SettledThrough">Its schedule is dealt with up to here, open claims aside; <c>null</c>: only manual runs so far.</param>
public sealed record ActiveJob(Guid Id, long Version, JobDefinition Definition, DateTimeOffset DueAfter, DateTimeOffset? SettledThrough);

/// <summary>
/// All active jobs as they are after the event at <see cref="Position"/> and before the next: who follows the log from there on
/// misses no change of them and sees none twice. Read once.
/// </summary>
public sealed class ActiveJobs : IAsyncDisposable
{
    private const int ChunkSize = 5_000;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _snapshot;
    private readonly string _schema;

    private ActiveJobs(NpgsqlConnection connection, NpgsqlTransaction snapshot, string schema, long position) =>
        (_connection, _snapshot, _schema, Position) = (connection, snapshot, schema, position);

    /// <summary>A sequence of the log; 0: it is empty.</summary>
    public long Position { get; }

    /// <summary>What <paramref name="make"/> makes of them, in no order. It is called on all cores at once.</summary>
    public async IAsyncEnumerable<T> ReadAsync<T>(Func<ActiveJob, T> make, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var sql =
            $"""
            select j.id, j.version, j.definition, j.due_after, p.settled_through
            from {_schema}.jobs j left join {_schema}.job_progress p on p.job_id = j.id
            where j.state = 'ACTIVE'
            """;
        await using var command = new NpgsqlCommand(sql, _connection, _snapshot) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var parser = new DefinitionParser();
        Task<T[]>? making = null;
        while (true)
        {
            var chunk = await ReadChunkAsync(reader, cancellation);
            if (making is not null)
            {
                foreach (var made in await making) yield return made;
            }

            if (chunk.Count == 0) yield break;
            making = Task.Run(() => Make(chunk, parser, make), cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _snapshot.DisposeAsync();
        await _connection.DisposeAsync();
    }

    internal static async Task<ActiveJobs> OpenAsync(NpgsqlDataSource dataSource, string schema, CancellationToken cancellation)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellation);
        try
        {
            var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            await using var mark = new NpgsqlCommand($"select coalesce(max(seq_id), 0) from {schema}.mt_events", connection, snapshot);
            return new(connection, snapshot, schema, (long)(await mark.ExecuteScalarAsync(cancellation))!);
        }
        catch (Exception)
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task<List<RawJob>> ReadChunkAsync(NpgsqlDataReader r, CancellationToken cancellation)
    {
        var chunk = new List<RawJob>(ChunkSize);
        while (chunk.Count < ChunkSize && await r.ReadAsync(cancellation))
        {
            chunk.Add(new(
                r.GetGuid(0), r.GetInt64(1), r.GetFieldValue<byte[]>(2), r.GetFieldValue<DateTimeOffset>(3), r.GetNullableValue<DateTimeOffset>(4)));
        }

        return chunk;
    }

    private static T[] Make<T>(List<RawJob> chunk, DefinitionParser parser, Func<ActiveJob, T> make)
    {
        var made = new T[chunk.Count];
        Parallel.For(0, made.Length, i =>
        {
            var raw = chunk[i];
            made[i] = make(new(raw.Id, raw.Version, parser.Parse(raw.Definition), raw.DueAfter, raw.SettledThrough));
        });
        return made;
    }

    /// <summary>A row whose definition is parsed later.</summary>
    private readonly record struct RawJob(Guid Id, long Version, byte[] Definition, DateTimeOffset DueAfter, DateTimeOffset? SettledThrough);
}
