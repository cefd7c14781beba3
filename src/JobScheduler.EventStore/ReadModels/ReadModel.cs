using System.Collections.Frozen;
using Npgsql;

namespace JobScheduler.EventStore;

/// <summary>
/// Tables that follow from the log alone, so that <see cref="ReadModelRebuild"/> can make them anew. They have no foreign keys and no
/// triggers, nobody else writes to them, and their columns take no value from the database (no sequences, no <c>now()</c>).
/// </summary>
public abstract class ReadModel : IInlineProjection
{
    private FrozenSet<string>? _eventTypes;

    /// <summary>snake_case, at most 14 characters: stands in the names of the rebuild's schema.</summary>
    public abstract string Name { get; }

    /// <summary>The tables it owns, without the schema.</summary>
    public abstract IReadOnlyList<string> Tables { get; }

    /// <summary>The stored names of the events it follows from; <see cref="Write"/> gets no others.</summary>
    public abstract IReadOnlyCollection<string> EventTypes { get; }

    /// <inheritdoc />
    public void Apply(IReadOnlyList<StoredEvent> events, string schema, NpgsqlBatch batch)
    {
        _eventTypes ??= EventTypes.ToFrozenSet();
        var relevant = new List<StoredEvent>(events.Count);
        foreach (var stored in events)
            if (_eventTypes.Contains(stored.Type.Name)) relevant.Add(stored);

        if (relevant.Count > 0) Write(relevant, schema, batch);
    }

    /// <summary>
    /// As <see cref="Apply"/>, with at least one event, all of <see cref="EventTypes"/>; unchanged for the live path and for a rebuild.
    /// </summary>
    protected abstract void Write(IReadOnlyList<StoredEvent> events, string schema, NpgsqlBatch batch);
}
