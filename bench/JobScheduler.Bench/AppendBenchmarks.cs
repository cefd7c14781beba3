using System.Text.Json.Serialization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using JobScheduler.EventStore;
using JobScheduler.Testing;
using Npgsql;

namespace JobScheduler.Bench;

/// <summary>
/// Durable appends of new streams of two events each, from as many callers at once; the time is per stream.
/// <c>dotnet run -c Release -- --filter *AppendBenchmarks* --inProcess</c>
/// </summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 2, iterationCount: 5)]
[MemoryDiagnoser]
public class AppendBenchmarks
{
    private const int Streams = 4_096;
    private static readonly EventTypes Types = new(
    [
        new(typeof(Started), "started", "run", BenchEventsJson.Default.Started),
        new(typeof(Finished), "finished", "run", BenchEventsJson.Default.Finished),
    ]);

    private readonly PostgresFixture _postgres = new();
    private TestDatabase? _database;
    private NpgsqlDataSource? _dataSource;
    private PostgresEventStore? _store;

    [Params(1, 32, 512)]
    public int Callers { get; set; }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _database = await _postgres.CreateDatabaseAsync();
        _dataSource = NpgsqlDataSource.Create(_database.ConnectionString);
        await SchemaUpgrade.RunAsync(_dataSource, "jobscheduler", SchemaScript.EventStore);
        _store = new PostgresEventStore(_dataSource, Types);
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _store!.DisposeAsync();
        await _dataSource!.DisposeAsync();
        await _database!.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    [Benchmark(OperationsPerInvoke = Streams)]
    public Task AppendNewStreams() => Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
    {
        var now = DateTimeOffset.UtcNow;
        for (var n = 0; n < Streams / Callers; n++)
        {
            await _store!.AppendAsync(
                Guid.CreateVersion7(),
                ExpectedVersion.NoStream,
                [new Started(Guid.NewGuid(), now, "node-1"), new Finished(now, 12.5, 200)],
                EventMetadata.None);
        }
    })));
}

internal sealed record Started(Guid JobId, DateTimeOffset ScheduledFor, string Node);

internal sealed record Finished(DateTimeOffset At, double DurationMs, int StatusCode);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Started))]
[JsonSerializable(typeof(Finished))]
internal sealed partial class BenchEventsJson : JsonSerializerContext;
