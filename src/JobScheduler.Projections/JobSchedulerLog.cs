using JobScheduler.Domain;
using JobScheduler.EventStore;
using JobScheduler.Projections.Alerts;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Jobs;

namespace JobScheduler.Projections;

/// <summary>What the event store is told of this product: its events, its read models and its tables.</summary>
public static class JobSchedulerLog
{
    public static EventTypes EventTypes { get; } =
        new(EventCatalog.All.Select(e => new EventType(e.ClrType, e.Name, e.StreamType, e.JsonTypeInfo)));

    /// <summary>All that can be rebuilt from the log.</summary>
    public static IReadOnlyList<ReadModel> ReadModels { get; } = [new JobsReadModel(), new ExecutionsReadModel(), new AlertsReadModel()];

    /// <summary>All that is written in an append's transaction.</summary>
    public static IReadOnlyList<IInlineProjection> InlineProjections { get; } = [.. ReadModels, new AlertOutboxProjection(), new JobWatchProjection()];

    public static IReadOnlyList<SchemaScript> SchemaScripts { get; } =
        SchemaScript.FromResources(typeof(JobSchedulerLog).Assembly, module: "jobscheduler");
}
