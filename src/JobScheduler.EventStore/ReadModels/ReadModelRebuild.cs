using System.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobScheduler.EventStore;

/// <summary>
/// Makes a read model anew from the log while the live one goes on being written: replays into a side schema, compares the two at one
/// position of the log, and swaps in one short transaction. How far it has come is written with the rows: a rebuild whose process or
/// connection ended is gone on with by the next, if that runs the same code; one that fails or is cancelled leaves nothing behind. Until
/// the swap the live tables are as they were.
/// </summary>
public sealed class ReadModelRebuild(PostgresEventStore store, ILogger<ReadModelRebuild>? logger = null)
{
    private const int SwapAttempts = 30;
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(10);
    private readonly ILogger _logger = logger ?? NullLogger<ReadModelRebuild>.Instance;

    /// <param name="model">What to make anew.</param>
    /// <param name="progress">Told at the beginning, and after each chunk.</param>
    /// <param name="swap">False: stop when the two are compared; the next rebuild goes on from there.</param>
    /// <param name="cancellationToken">Interrupts: the next rebuild goes on where this one was. <see cref="CancelAsync"/> gives up.</param>
    /// <exception cref="RebuildRunningException">The model is being rebuilt already.</exception>
    /// <exception cref="RebuildCancelledException">It was given up, by <see cref="CancelAsync"/>.</exception>
    /// <exception cref="InvalidOperationException">A live table has what a copy would lose: a foreign key or a trigger.</exception>
    public async Task<RebuildReport> RunAsync(
        ReadModel model, IProgress<RebuildProgress>? progress = null, bool swap = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        var started = TimeProvider.System.GetTimestamp();
        var (side, record) = (new SideSchema(store.Schema, model), new RebuildRecord(store, model));
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        await using var alone = await LockUnlessRunningAsync(connection, record, cancellationToken) ?? throw new RebuildRunningException(model.Name);
        var resumed = await BeginAsync(connection, side, record, cancellationToken);
        var replay = new Replay(store, model, side.Name, record, progress, resumed ?? (0, 0));
        progress?.Report(new(replay.Events, replay.Position, replay.Position));
        try
        {
            await replay.CatchUpAsync(connection, cancellationToken);
            await side.AnalyzeAsync(connection, cancellationToken);
            var (comparedAt, tables) = await CompareAsync(connection, side, replay, cancellationToken);
            await record.ComparedAsync(connection, comparedAt, tables, cancellationToken);
            await replay.CatchUpAsync(connection, cancellationToken);
            if (swap) await SwapAsync(connection, side, replay, record, cancellationToken);
            else await record.EndAsync(connection, RebuildState.Compared, null, cancellationToken);
            return new(model.Name, replay.Events, comparedAt, tables, TimeProvider.System.GetElapsedTime(started), resumed?.Position);
        }
        catch (RebuildCancelledException)
        {
            await GiveUpAsync(connection, side, record, RebuildState.Cancelled, null);
            throw;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            if (await IsCancelledAsync(connection, record))
            {
                await GiveUpAsync(connection, side, record, RebuildState.Cancelled, null);
                throw new RebuildCancelledException(model.Name);
            }

            // What has nothing to do with the events or the projection may be gone on from.
            if (AppendFailures.Classify(exception) == AppendFailure.OfARequest)
                await GiveUpAsync(connection, side, record, RebuildState.Failed, exception.Message);
            throw;
        }
    }

    /// <summary>The model's last rebuild, by whichever process; <c>null</c>: there was none.</summary>
    public Task<RebuildStatus?> StatusAsync(ReadModel model, CancellationToken cancellationToken = default) =>
        new RebuildRecord(store, model).ReadAsync(cancellationToken);

    /// <summary>
    /// Gives up the model's rebuild, and what it has made so far: one that runs, in whichever process, as soon as that notices, which may
    /// be after this returns; one that was interrupted, or waits to be swapped in, at once. False: there is none.
    /// </summary>
    public async Task<bool> CancelAsync(ReadModel model, CancellationToken cancellationToken = default)
    {
        var (side, record) = (new SideSchema(store.Schema, model), new RebuildRecord(store, model));
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        IAsyncDisposable? free = null;
        while (free is null)
        {
            if (await record.RequestCancelAsync(cancellationToken)) return true;
            free = await LockUnlessRunningAsync(connection, record, cancellationToken);
        }

        await using var alone = free;
        if ((await record.ReadAsync(cancellationToken))?.State is not (RebuildState.Running or RebuildState.Compared)) return false;
        await side.DropAsync(connection, cancellationToken);
        await record.EndAsync(connection, RebuildState.Cancelled, null, cancellationToken);
        return true;
    }

    /// <returns>Where an interrupted rebuild is gone on with; <c>null</c>: this one begins at the beginning.</returns>
    private async Task<(long Position, long Events)?> BeginAsync(
        NpgsqlConnection connection, SideSchema side, RebuildRecord record, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var resumed = await side.ExistsAsync(connection, cancellationToken) ? await record.ResumeAsync(connection, cancellationToken) : null;
        if (resumed is var (position, _))
        {
            _logger.LogInformation("The rebuild into {Schema} goes on at {Position}", side.Name, position);
        }
        else
        {
            await side.CreateAsync(connection, cancellationToken);
            await record.BeginAsync(connection, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return resumed;
    }

    /// <summary>
    /// Without holding up a single append: a repeatable-read snapshot shows the live tables exactly as of its own high-water mark, since
    /// events and inline projections commit together; the rebuilt tables are brought to that mark within the same transaction, which sees
    /// its own rows, and is rolled back: its snapshot would clash with whoever asks for a cancellation meanwhile.
    /// </summary>
    private static async Task<(long At, IReadOnlyList<TableDifference> Tables)> CompareAsync(
        NpgsqlConnection connection, SideSchema side, Replay replay, CancellationToken cancellationToken)
    {
        var before = (replay.Position, replay.Events);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var mark = await replay.HighWaterMarkAsync(connection, cancellationToken);
        await replay.ToAsync(mark, connection, cancellationToken);
        var tables = await side.CompareAsync(connection, cancellationToken);
        await transaction.RollbackAsync(cancellationToken);
        replay.Rewind(before);
        return (mark, tables);
    }

    /// <summary>
    /// Under the append lock, so that the tail is final. The wait for a long-running reader of a live table is bounded, for appends wait
    /// with us; then the lock is given back and the swap tried again.
    /// </summary>
    private async Task SwapAsync(
        NpgsqlConnection connection, SideSchema side, Replay replay, RebuildRecord record, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = (replay.Position, replay.Events);
            try
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await ExecuteAsync(connection, AppendConnection.LockSql(store.Schema), cancellationToken);
                await ExecuteAsync(connection, "set local lock_timeout = '500ms'", cancellationToken);
                var reached = await replay.ToAsync(await replay.HighWaterMarkAsync(connection, cancellationToken), connection, cancellationToken);
                await record.AdvanceAsync(connection, reached, cancellationToken);
                await side.SwapAsync(connection, cancellationToken);
                await record.EndAsync(connection, RebuildState.Swapped, null, cancellationToken);
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

    /// <summary>
    /// <c>null</c>: a rebuild is running. Whoever has the lock otherwise has recorded the end of one and is about to leave, or has come and
    /// is about to record a beginning.
    /// </summary>
    private static async Task<IAsyncDisposable?> LockUnlessRunningAsync(
        NpgsqlConnection connection, RebuildRecord record, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await TryLockAsync(connection, record, cancellationToken) is { } alone) return alone;
            if ((await record.ReadAsync(cancellationToken))?.State == RebuildState.Running) return null;
            await Task.Delay(LookAgainAfter, cancellationToken);
        }
    }

    /// <returns><c>null</c>: somebody else has the lock.</returns>
    private static async Task<IAsyncDisposable?> TryLockAsync(NpgsqlConnection connection, RebuildRecord record, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select pg_try_advisory_lock({record.LockKey})", connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true
            ? new Unlock(connection, $"select pg_advisory_unlock({record.LockKey})")
            : null;
    }

    private static async Task<bool> IsCancelledAsync(NpgsqlConnection connection, RebuildRecord record)
    {
        try
        {
            return connection.FullState == ConnectionState.Open && await record.IsCancelRequestedAsync(connection, CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // What broke the rebuild has broken the connection: then it was interrupted.
            return false;
        }
    }

    /// <summary>Best effort: what stays is dropped by the next rebuild.</summary>
    private async Task GiveUpAsync(NpgsqlConnection connection, SideSchema side, RebuildRecord record, RebuildState state, string? error)
    {
        try
        {
            await side.DropAsync(connection, CancellationToken.None);
            await record.EndAsync(connection, state, error, CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
        {
            _logger.LogWarning(exception, "The schema {Schema} of a rebuild that was given up could not be dropped", side.Name);
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
}
