using BenchmarkDotNet.Attributes;
using JobScheduler.Domain.Executions;
using JobScheduler.EventStore;
using JobScheduler.Projections;
using JobScheduler.Projections.Executions;
using Npgsql;

namespace JobScheduler.Bench;

/// <summary>What a commit of 1,000 events costs the executions' read model before PostgreSQL sees it; the time is per commit.</summary>
[MemoryDiagnoser]
public class ProjectionBenchmarks
{
    private const int Events = 1_000;

    private readonly ExecutionsReadModel _readModel = new();
    private StoredEvent[] _events = [];

    /// <summary>Half are claims; of the outcomes, one in ten is a failure.</summary>
    [GlobalSetup]
    public void MakeEvents() => _events = [.. Enumerable.Range(0, Events).Select(Make)];

    [Benchmark]
    public int Apply()
    {
        using var batch = new NpgsqlBatch();
        _readModel.Apply(_events, "jobscheduler", batch);
        return batch.BatchCommands.Count;
    }

    private static StoredEvent Make(int n)
    {
        var job = Guid.CreateVersion7();
        ExecutionEvent data = n % 2 == 0 ? ExecutionSamples.Claim(job) : n % 20 == 1 ? ExecutionSamples.Failed(job) : ExecutionSamples.Completed(job);
        return new(
            n + 1,
            Guid.CreateVersion7(),
            ExecutionId.Of(job, ExecutionSamples.Instant),
            n % 2 == 0 ? 1 : 2,
            ExecutionSamples.Instant,
            JobSchedulerLog.EventTypes.Of(data),
            data,
            EventMetadata.None);
    }
}
