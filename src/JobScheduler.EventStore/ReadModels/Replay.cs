using Npgsql;

namespace JobScheduler.EventStore;

/// <summary>The log's way into the side tables.</summary>
internal sealed class Replay(
    PostgresEventStore store, ReadModel model, string schema, RebuildRecord record, IProgress<RebuildProgress>? progress, (long Position, long Events) from)
{
    private const int Chunk = 2_000;
    private long _highWaterMark;

    public long Position { get; private set; } = from.Position;

    public long Events { get; private set; } = from.Events;

    /// <summary>Chunk by chunk, each in its own transaction, until what is left is less than a chunk.</summary>
    public async Task CatchUpAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        do
        {
            _highWaterMark = await store.HighWaterMarkAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var reached = await ChunkAsync(long.MaxValue, connection, cancellationToken);
            await record.AdvanceAsync(connection, reached, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            progress?.Report(reached);
        }
        while (_highWaterMark - Position >= Chunk);
    }

    /// <summary>Up to <paramref name="mark"/>, which is committed, within the caller's transaction, which <see cref="Rewind"/> follows if it fails.</summary>
    public async Task<RebuildProgress> ToAsync(long mark, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        while (Position < mark) await ChunkAsync(mark, connection, cancellationToken);
        return new(Events, Position, Math.Max(mark, Position));
    }

    /// <summary>To what it was when the caller's transaction, now rolled back, began.</summary>
    public void Rewind((long Position, long Events) before) => (Position, Events) = before;

    public async Task<long> HighWaterMarkAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select coalesce(max(seq_id), 0) from {store.Schema}.mt_events", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<RebuildProgress> ChunkAsync(long mark, NpgsqlConnection connection, CancellationToken cancellationToken)
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
        return new(Events, Position, Math.Max(_highWaterMark, Position));
    }
}
