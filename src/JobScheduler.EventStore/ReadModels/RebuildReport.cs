namespace JobScheduler.EventStore;

/// <summary>How a rebuild went, and how the live tables compared with the log.</summary>
/// <param name="ReadModel">The rebuilt read model's name.</param>
/// <param name="Events">Events replayed.</param>
/// <param name="ComparedAt">The sequence at which live and rebuilt tables were compared.</param>
/// <param name="Tables">The comparison, a table each.</param>
/// <param name="Duration">From start to swap, of an interrupted one from its last start.</param>
/// <param name="ResumedFrom">The sequence at which it went on, when it was interrupted before; <c>null</c>: it began at the beginning.</param>
public sealed record RebuildReport(
    string ReadModel, long Events, long ComparedAt, IReadOnlyList<TableDifference> Tables, TimeSpan Duration, long? ResumedFrom = null)
{
    /// <summary>Whether the live tables were, row for row, what the log says.</summary>
    public bool Equal => Tables.All(table => table.RowsOnlyInLive == 0 && table.RowsOnlyInRebuilt == 0);
}

/// <summary>How a live table compared with its rebuilt one. A row that differs counts on both sides.</summary>
/// <param name="Table">Without the schema.</param>
/// <param name="Rows">Rows of the rebuilt table.</param>
/// <param name="RowsOnlyInLive">Rows that the log does not account for.</param>
/// <param name="RowsOnlyInRebuilt">Rows that were missing.</param>
/// <param name="Samples">Up to 20 rows of each side, as JSON.</param>
public sealed record TableDifference(
    string Table, long Rows, long RowsOnlyInLive, long RowsOnlyInRebuilt, IReadOnlyList<RowDifference> Samples);

/// <summary>A row of one side only.</summary>
/// <param name="OnlyInLive">True: of the live table; false: of the rebuilt one.</param>
/// <param name="Row">The row as a JSON object.</param>
public sealed record RowDifference(bool OnlyInLive, string Row);

/// <summary>How far a rebuild has come.</summary>
/// <param name="Events">Events replayed so far.</param>
/// <param name="Position">The sequence reached.</param>
/// <param name="HighWaterMark">The sequence that the log had reached by then.</param>
public sealed record RebuildProgress(long Events, long Position, long HighWaterMark);
