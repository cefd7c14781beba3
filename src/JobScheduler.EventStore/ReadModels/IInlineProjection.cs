using Npgsql;

namespace JobScheduler.EventStore;

/// <summary>What is written together with the events, in the append's transaction: read models, outbox rows.</summary>
public interface IInlineProjection
{
    /// <summary>
    /// Adds set-based commands for the events of one commit, in log order. Must depend on nothing but its arguments. Positional
    /// parameters ($1, …) with a type or a non-null value, and the same SQL text each time: the commands are prepared. An exception fails
    /// the append, not its neighbours.
    /// </summary>
    void Apply(IReadOnlyList<StoredEvent> events, string schema, NpgsqlBatch batch);
}
