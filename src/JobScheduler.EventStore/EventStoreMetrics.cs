using System.Diagnostics.Metrics;

namespace JobScheduler.EventStore;

/// <summary>Instruments of the meter <c>JobScheduler.EventStore</c>.</summary>
internal static class EventStoreMetrics
{
    private static readonly Meter Meter = new("JobScheduler.EventStore");
    private static readonly Counter<long> Events = Meter.CreateCounter<long>("eventstore.events.appended", "{event}", "Events committed");
    private static readonly Counter<long> Commits = Meter.CreateCounter<long>("eventstore.commits", "{commit}", "Transactions committed");

    private static readonly Histogram<int> BatchSize =
        Meter.CreateHistogram<int>("eventstore.batch.size", "{event}", "Events committed together");

    private static readonly Histogram<double> CommitDuration =
        Meter.CreateHistogram<double>("eventstore.commit.duration", "s", "From the batch's first statement to its commit");

    private static readonly Histogram<double> AppendDuration =
        Meter.CreateHistogram<double>("eventstore.append.duration", "s", "From a request's enqueueing to its commit");

    public static void Committed(AppendBatch batch, TimeSpan duration)
    {
        Events.Add(batch.EventCount);
        Commits.Add(1);
        BatchSize.Record(batch.EventCount);
        CommitDuration.Record(duration.TotalSeconds);
        if (!AppendDuration.Enabled) return;
        foreach (var request in batch.Requests) AppendDuration.Record(request.Age.TotalSeconds);
    }
}
