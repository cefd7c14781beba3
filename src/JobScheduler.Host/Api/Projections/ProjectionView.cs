using JobScheduler.EventStore;

namespace JobScheduler.Host.Api.Projections;

/// <param name="HighWaterMark">The sequence of the log's last event.</param>
/// <param name="Projections">The read models: written in the transaction of the events themselves, and so never behind.</param>
/// <param name="Subscriptions">What follows the log behind a checkpoint.</param>
internal sealed record ProjectionsView(
    long HighWaterMark, IReadOnlyList<ProjectionView> Projections, IReadOnlyList<SubscriptionView> Subscriptions);

/// <param name="Tables">The tables it owns.</param>
/// <param name="EventTypes">The events it follows from.</param>
/// <param name="Position">The sequence up to which it holds what the log says.</param>
/// <param name="Lag">How far that is behind the log.</param>
/// <param name="Rebuild">The last one; null: it was never rebuilt.</param>
internal sealed record ProjectionView(
    string Name, IReadOnlyList<string> Tables, IReadOnlyCollection<string> EventTypes, long Position, long Lag, RebuildView? Rebuild)
{
    public static ProjectionView Of(ReadModel model, long highWaterMark, RebuildStatus? rebuild) =>
        new(model.Name, model.Tables, model.EventTypes, highWaterMark, 0, rebuild is null ? null : RebuildView.Of(rebuild));
}

/// <param name="Position">The sequence up to which events were handled.</param>
/// <param name="Lag">How far that is behind the log; some when nothing of interest has passed for a few seconds.</param>
/// <param name="UpdatedAt">When it was saved.</param>
internal sealed record SubscriptionView(string Name, long Position, long Lag, DateTimeOffset? UpdatedAt);

/// <param name="Percent">Of the log, by sequence; 0 to 100.</param>
/// <param name="Equal">Whether the live tables were, row for row, what the log says; null: not compared yet.</param>
/// <param name="Tables">How the live tables compared with the rebuilt ones; empty: not compared yet.</param>
internal sealed record RebuildView(
    string Projection,
    RebuildState State,
    double Percent,
    long Events,
    long Position,
    long HighWaterMark,
    long? ResumedFrom,
    DateTimeOffset StartedAt,
    DateTimeOffset UpdatedAt,
    long? ComparedAt,
    bool? Equal,
    IReadOnlyList<TableDifference> Tables,
    string? Error)
{
    public static RebuildView Of(RebuildStatus s) => new(
        s.ReadModel,
        s.State,
        s.HighWaterMark == 0 ? 0 : Math.Round(100.0 * s.Position / s.HighWaterMark, 1),
        s.Events,
        s.Position,
        s.HighWaterMark,
        s.ResumedFrom,
        s.StartedAt,
        s.UpdatedAt,
        s.ComparedAt,
        s.ComparedAt is null ? null : s.Tables.All(t => t.RowsOnlyInLive == 0 && t.RowsOnlyInRebuilt == 0),
        s.Tables,
        s.Error);
}
