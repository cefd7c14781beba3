using BenchmarkDotNet.Attributes;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.Host.Scheduling;
using JobScheduler.Projections.Jobs;

namespace JobScheduler.Bench;

/// <summary>The scheduler's heap with 100,000 jobs, due daily at seconds spread over the day.</summary>
[MemoryDiagnoser]
public class HeapBenchmarks
{
    private const int Jobs = 100_000;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly JobHeap _heap = new();
    private ScheduledJob[] _jobs = [];
    private int _next;

    [GlobalSetup]
    public void Fill()
    {
        _jobs = [.. Enumerable.Range(0, Jobs).Select(n => new ScheduledJob(Row(n)))];
        foreach (var job in _jobs) _heap.Put(job);
    }

    /// <summary>What a claim does: the earliest job out, and back in at its next instant.</summary>
    [Benchmark]
    public void TakeAndPut()
    {
        var job = _heap.TakeDue(DateTimeOffset.MaxValue)!;
        job.ClaimedThrough = job.Timetable.NextAfter(job.ClaimedThrough)!.Value;
        _heap.Put(job);
    }

    /// <summary>What an edit does: any job put anew, its entry of before left to surface; beside a claim, at which such entries are dropped.</summary>
    [Benchmark]
    public void PutAgainThenTakeAndPut()
    {
        _heap.Put(_jobs[_next = (_next + 7919) % Jobs]);
        TakeAndPut();
    }

    private static JobRow Row(int n)
    {
        var second = (int)(n * 7919L % 86_400);
        var schedule = new Schedule($"{second % 60} {second / 60 % 60} {second / 3600} * * *");
        var definition = new JobDefinition(schedule, HttpTarget.To("http://localhost/"), ExecutionPolicy.Default, Alerting.Default, null, []);
        return new(Guid.CreateVersion7(), 1, JobState.Active, definition, Start, Start, Start, null);
    }
}
