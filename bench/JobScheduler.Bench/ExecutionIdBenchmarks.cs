using BenchmarkDotNet.Attributes;
using JobScheduler.Domain.Executions;

namespace JobScheduler.Bench;

/// <summary>The name of an occurrence, as every claim needs it.</summary>
[MemoryDiagnoser]
public class ExecutionIdBenchmarks
{
    private static readonly Guid Job = Guid.CreateVersion7();

    [Benchmark]
    public Guid Of() => ExecutionId.Of(Job, ExecutionSamples.Instant);
}
