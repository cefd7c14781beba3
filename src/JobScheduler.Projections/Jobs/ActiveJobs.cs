using System.Data;
using System.Runtime.CompilerServices;
using JobScheduler.Domain.Jobs;
using Npgsql;

namespace JobScheduler.Projections.Jobs;

/// <summary>
/// All active jobs as they are after the event at <see cref="Position"/> and before the next: who follows the log from there on
/// misses no change of them and sees none twice. Read once.
/// </summary>
public sealed class ActiveJobs : IAsyncDisposable
{
    private const int ChunkSize = 5_000;

    /// <summary>Stands in a row whose definition is parsed later.</summary>
    private static readonly JobDefinition Unparsed = null!;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _snapshot;
    private readonly string _select;

    private ActiveJobs(NpgsqlConnection connection, NpgsqlTransaction snapshot, string select, long position) =>
        (_connection, _snapshot, _select, Position) = (connection, snapshot, select, position);

    /// <summary>A sequence of the log; 0: it is empty.</summary>
    public long Position { get; }

    /// <summary>In no order; what is read is parsed on all cores.</summary>
    public async IAsyncEnumerable<JobRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(_select, _connection, _snapshot) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        Task<JobRow[]>? parsing = null;
        while (true)
        {
            var chunk = await ReadChunkAsync(reader, cancellation);
            if (parsing is not null)
            {
                foreach (var row in await parsing) yield return row;
            }

            if (chunk.Count == 0) yield break;
            parsing = Task.Run(() => Parse(chunk), cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _snapshot.DisposeAsync();
        await _connection.DisposeAsync();
    }

    internal static async Task<ActiveJobs> OpenAsync(NpgsqlDataSource dataSource, string schema, string select, CancellationToken cancellation)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellation);
        try
        {
            var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            await using var mark = new NpgsqlCommand($"select coalesce(max(seq_id), 0) from {schema}.mt_events", connection, snapshot);
            return new(connection, snapshot, select, (long)(await mark.ExecuteScalarAsync(cancellation))!);
        }
        catch (Exception)
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task<List<(JobRow Row, byte[] Definition)>> ReadChunkAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var chunk = new List<(JobRow, byte[])>(ChunkSize);
        while (chunk.Count < ChunkSize && await reader.ReadAsync(cancellation)) chunk.Add((JobQueries.Read(reader, Unparsed), JobQueries.Definition(reader)));
        return chunk;
    }

    private static JobRow[] Parse(List<(JobRow Row, byte[] Definition)> chunk)
    {
        var rows = new JobRow[chunk.Count];
        Parallel.For(0, rows.Length, i => rows[i] = chunk[i].Row with { Definition = JobQueries.Parse(chunk[i].Definition) });
        return rows;
    }
}
