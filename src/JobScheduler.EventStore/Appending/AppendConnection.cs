using System.Data;
using Npgsql;

namespace JobScheduler.EventStore;

/// <summary>
/// The writer's connection and its transaction of three round trips: take the lock and read versions; draw sequence numbers; write and
/// commit.
/// <para>
/// Why the feed has no hidden events: every writer takes the schema's append lock before it draws a sequence number and holds it until
/// its commit is visible (PostgreSQL releases a transaction's locks after that). So sequence numbers are drawn in commit order, and
/// whoever sees an event sees all before it. Numbers are drawn only for events that were accepted; one is left unused only if the write
/// itself then fails.
/// </para>
/// </summary>
internal sealed class AppendConnection(
    NpgsqlDataSource dataSource, string schema, TimeProvider time, IReadOnlyList<IInlineProjection> projections) : IAsyncDisposable
{
    private static readonly Dictionary<Guid, Committed> NothingCommitted = new();
    private readonly EventRows _rows = new(schema);
    private NpgsqlConnection? _connection;

    /// <summary>Whether the last <see cref="CommitAsync"/> got as far as asking for a commit.</summary>
    public bool CommitRequested { get; private set; }

    /// <summary>Takes the schema's append lock until the transaction ends.</summary>
    public static string LockSql(string schema) => $"select pg_advisory_xact_lock(hashtextextended('{schema}.append', 0))";

    /// <summary>Decides, writes and commits the batch, but does not complete its requests.</summary>
    /// <param name="batch">Fresh.</param>
    /// <param name="inDoubt">An earlier try of these requests may have been committed: look first.</param>
    /// <param name="cancellationToken">Abandons the attempt.</param>
    public async Task CommitAsync(AppendBatch batch, bool inDoubt, CancellationToken cancellationToken)
    {
        CommitRequested = false;
        _connection ??= await dataSource.OpenConnectionAsync(cancellationToken);
        var committed = false;
        try
        {
            batch.Decide(await BeginAsync(batch, inDoubt, cancellationToken));
            if (batch.EventCount == 0) return;
            batch.Number(await DrawSequencesAsync(batch.EventCount, cancellationToken), Now());
            await WriteAsync(batch, cancellationToken);
            committed = true;
        }
        finally
        {
            if (!committed) await AbandonAsync(_connection);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is null) return;
        await _connection.DisposeAsync();
        _connection = null;
    }

    private async Task<IReadOnlyDictionary<Guid, Committed>> BeginAsync(
        AppendBatch batch, bool inDoubt, CancellationToken cancellationToken)
    {
        var streamIds = batch.StreamIds();
        await using var commands = new NpgsqlBatch(_connection)
        {
            BatchCommands =
            {
                // Each statement sees what is committed when it starts: those after the lock see all that earlier writers did.
                new("begin isolation level read committed"),
                // The writer's statements reach rows by key. A plan made while a table was small must not go on scanning it when it
                // has grown; and a scan that cannot be avoided must not look dear enough for the just-in-time compiler.
                new("set local enable_seqscan = off"),
                new("set local jit = off"),
                // A process that is frozen or cut off now must not keep the lock that all others wait for.
                new("set local idle_in_transaction_session_timeout = '10s'"),
                new(LockSql(schema)),
                new($"select id, version from {schema}.mt_streams where id = any($1)")
                {
                    Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = streamIds } },
                },
            },
        };
        if (inDoubt)
        {
            commands.BatchCommands.Add(new(
                $"select id, seq_id, version, timestamp from {schema}.mt_events where stream_id = any($1) and id = any($2)")
            {
                Parameters =
                {
                    new NpgsqlParameter<Guid[]> { TypedValue = streamIds },
                    new NpgsqlParameter<Guid[]> { TypedValue = batch.EventIds() },
                },
            });
        }

        await commands.PrepareAsync(cancellationToken);
        await using var reader = await commands.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            batch.Versions.Add(reader.GetGuid(0), reader.IsDBNull(1) ? 0 : reader.GetInt64(1));
        if (!inDoubt) return NothingCommitted;

        var committed = new Dictionary<Guid, Committed>();
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            committed.Add(reader.GetGuid(0), new(reader.GetInt64(1), reader.GetInt64(2), reader.GetFieldValue<DateTimeOffset>(3)));
        return committed;
    }

    private async Task<long[]> DrawSequencesAsync(int count, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select array_agg(nextval('{schema}.mt_events_sequence')) from generate_series(1, $1)", _connection)
        {
            Parameters = { new NpgsqlParameter<int> { TypedValue = count } },
        };
        await command.PrepareAsync(cancellationToken);
        return (long[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task WriteAsync(AppendBatch batch, CancellationToken cancellationToken)
    {
        await using var commands = new NpgsqlBatch(_connection);
        commands.BatchCommands.Add(_rows.UpsertStreams(batch));
        commands.BatchCommands.Add(_rows.InsertEvents(batch));
        foreach (var projection in projections) projection.Apply(batch.Events, schema, commands);
        commands.BatchCommands.Add(new("select pg_notify($1, $2)")
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = EventNotice.Channel(schema) },
                new NpgsqlParameter<string> { TypedValue = batch.Notice!.ToString() },
            },
        });
        commands.BatchCommands.Add(new("commit"));

        await commands.PrepareAsync(cancellationToken);
        CommitRequested = true;
        await commands.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whole microseconds, as PostgreSQL keeps them: what is handed out now equals what is read later.</summary>
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    /// <summary>Leaves either a clean connection or none.</summary>
    private async Task AbandonAsync(NpgsqlConnection abandoned)
    {
        try
        {
            if (abandoned.FullState == ConnectionState.Open)
            {
                await using var command = new NpgsqlCommand("rollback", abandoned);
                await command.ExecuteNonQueryAsync(CancellationToken.None);
                return;
            }
        }
        catch (NpgsqlException)
        {
            // Broken after all; what broke the attempt is already on its way to the caller.
        }

        await DisposeAsync();
    }
}
