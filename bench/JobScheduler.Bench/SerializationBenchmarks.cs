using System.Text.Json;
using BenchmarkDotNet.Attributes;
using JobScheduler.Domain;
using JobScheduler.Domain.Executions;

namespace JobScheduler.Bench;

/// <summary>An execution's events to and from their stored form.</summary>
[MemoryDiagnoser]
public class SerializationBenchmarks
{
    private static readonly ExecutionScheduled Claim = ExecutionSamples.Claim(Guid.CreateVersion7());
    private static readonly ExecutionCompleted Completed = ExecutionSamples.Completed(Claim.JobId);
    private static readonly byte[] Stored = JsonSerializer.SerializeToUtf8Bytes(Completed, EventJson.Default.ExecutionCompleted);

    [Benchmark]
    public byte[] WriteClaim() => JsonSerializer.SerializeToUtf8Bytes(Claim, EventJson.Default.ExecutionScheduled);

    [Benchmark]
    public byte[] WriteOutcome() => JsonSerializer.SerializeToUtf8Bytes(Completed, EventJson.Default.ExecutionCompleted);

    [Benchmark]
    public object? ReadOutcome() => JsonSerializer.Deserialize(Stored, EventJson.Default.ExecutionCompleted);
}
