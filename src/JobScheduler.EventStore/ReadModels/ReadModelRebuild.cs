using System.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobScheduler.EventStore;

/// <summary>
/// Makes a read model anew from the log while the live one goes on being written: replays into a side schema, compares the two at one
/// position of the log, and swaps in one short transaction. A rebuild that fails or is killed leaves the live tables as they were.
/// </summary>
public sealed class ReadModelRebuild(PostgresEventStore store, ILogger<ReadModelRebuild>? logger = null)
{
    private const int Chunk = 2_000;
    private const int SwapAttempts = 30;
    private readonly ILogger _logger = logger ?? NullLogger<ReadModelRebuild>.Instance;

    /// <exception cref="RebuildRunningException">The model is being rebuilt already.</exception>
    /// <exception cref="InvalidOperationException">A live table has what a copy would lose: a foreign key or a trigger.</exception>
    public async Task<RebuildReport> RunAsync(
        ReadModel model, IProgress<RebuildProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        var started = TimeProvider.System.GetTimestamp();
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        await using var alone = await LockAsync(connection, model, cancellationToken);

        var side = new SideSchema(store.Schema, model);
        var replay = new Replay(store, model, side.Name, progress);
        var swapped = false;
        try
        {
            await side.CreateAsync(connection, cancellationToken);
            await replay.CatchUpAsync(connection, cancellationToken);
            await side.AnalyzeAsync(connection, cancellationToken);
            var (comparedAt, tables) = await CompareAsync(connection, side, replay, cancellationToken);
            await replay.CatchUpAsync(connection, cancellationToken);
            await SwapAsync(connection, side, replay, cancellationToken);
            swapped = true;
            return new(model.Name, replay.Events, comparedAt, tables, TimeProvider.System.GetElapsedTime(started));
        }
        finally
        {
            if (!swapped) await DropAsync(connection, side);
        }
    }

    /// <summary>
    /// Without holding up a single append: a repeatable-read snapshot shows the live tables exactly as of its own high-water mark, since
    /// events and inline projections commit together; the rebuilt tables are brought to that mark within the same transaction, which sees
    /// its own rows.
    /// </summary>
    private static async Task<(long At, IReadOnlyList<TableDifference> Tables)> CompareAsync(
        NpgsqlConnection connection, SideSchema side, Replay replay, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var mark = await replay.HighWaterMarkAsync(connection, cancellationToken);
        await replay.ToAsync(mark, connection, cancellationToken);
        var tables = await side.CompareAsync(connection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (mark, tables);
    }

    /// <summary>
    /// Under the append lock, so that the tail is final. The wait for a long-running reader of a live table is bounded, for appends wait
    /// with us; then the lock is given back and the swap tried again.
    /// </summary>
    private async Task SwapAsync(NpgsqlConnection connection, SideSchema side, Replay replay, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = (replay.Position, replay.Events);
            try
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await ExecuteAsync(connection, AppendConnection.LockSql(store.Schema), cancellationToken);
                await ExecuteAsync(connection, "set local lock_timeout = '500ms'", cancellationToken);
                await replay.ToAsync(await replay.HighWaterMarkAsync(connection, cancellationToken), connection, cancellationToken);
                await side.SwapAsync(connection, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return;
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable && attempt < SwapAttempts)
            {
                _logger.LogInformation("The rebuilt tables wait for a reader of the live ones (attempt {Attempt})", attempt);
                replay.Rewind(before);
                await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
                await replay.CatchUpAsync(connection, cancellationToken);
            }
        }
    }

    private async Task<IAsyncDisposable> LockAsync(NpgsqlConnection connection, ReadModel model, CancellationToken cancellationToken)
    {
        var key = $"hashtextextended('{store.Schema}.rebuild.{model.Name}', 0)";
        await using var command = new NpgsqlCommand($"select pg_try_advisory_lock({key})", connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true
            ? new Unlock(connection, $"select pg_advisory_unlock({key})")
            : throw new RebuildRunningException(model.Name);
    }

    /// <summary>Best effort: what stays is dropped by the next rebuild.</summary>
    private async Task DropAsync(NpgsqlConnection connection, SideSchema side)
    {
        try
        {
            if (connection.FullState == ConnectionState.Open) await side.DropAsync(connection, CancellationToken.None);
        }
        catch (NpgsqlException exception)
        {
            _logger.LogWarning(exception, "The schema {Schema} of a failed rebuild could not be dropped", side.Name);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed class Unlock(NpgsqlConnection connection, string sql) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            // A broken connection has given the lock back already.
            if (connection.FullState == ConnectionState.Open) await ExecuteAsync(connection, sql, CancellationToken.None);
        }
    }

    /// <summary>The log's way into the side tables.</summary>
    private sealed class Replay(PostgresEventStore store, ReadModel model, string schema, IProgress<RebuildProgress>? progress)
    {
        private long _highWaterMark;

        public long Position { get; private set; }

        public long Events { get; private set; }

        /// <summary>Chunk by chunk, each in its own transaction, until what is left is less than a chunk.</summary>
        public async Task CatchUpAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
        {
            do
            {
                _highWaterMark = await store.HighWaterMarkAsync(cancellationToken);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await ChunkAsync(long.MaxValue, connection, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }
            while (_highWaterMark - Position >= Chunk);
        }

        /// <summary>Up to <paramref name="mark"/>, which is committed, within the caller's transaction.</summary>
        public async Task ToAsync(long mark, NpgsqlConnection connection, CancellationToken cancellationToken)
        {
            while (Position < mark) await ChunkAsync(mark, connection, cancellationToken);
        }

        /// <summary>To what it was when the caller's transaction, now rolled back, began.</summary>
        public void Rewind((long Position, long Events) before) => (Position, Events) = before;

        public async Task<long> HighWaterMarkAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
        {
            await using var command = new NpgsqlCommand($"select coalesce(max(seq_id), 0) from {store.Schema}.mt_events", connection);
            return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        }

        private async Task ChunkAsync(long mark, NpgsqlConnection connection, CancellationToken cancellationToken)
        {
            var page = await store.FeedAsync(Position, model.EventTypes, Chunk, cancellationToken);
            var events = page.Events.TakeWhile(stored => stored.Sequence <= mark).ToList();
            if (events.Count > 0)
            {
                await using var batch = new NpgsqlBatch(connection) { Timeout = 0 };
                model.Apply(events, schema, batch);
                if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(cancellationToken);
            }

            Position = Math.Min(page.Position, mark);
            Events += events.Count;
            progress?.Report(new(Events, Position, Math.Max(_highWaterMark, Position)));
        }
    }
}
