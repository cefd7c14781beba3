using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.EventStore;
using JobScheduler.Projections.Alerts;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Jobs;
using JobScheduler.Testing;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace JobScheduler.IntegrationTests.Scheduling;

/// <summary>The host with its scheduler on a database of its own, and a receiver for its calls.</summary>
internal sealed class SchedulingHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestDatabase _database;
    private readonly Dictionary<string, string> _settings;
    private WebApplicationFactory<Program>? _host;

    private SchedulingHost(TestDatabase database, Receiver receiver, Dictionary<string, string> settings)
    {
        (_database, Receiver, _settings) = (database, receiver, settings);
        settings["ConnectionStrings:JobScheduler"] = database.ConnectionString;
    }

    public Receiver Receiver { get; }

    public string DatabaseName => _database.Name;

    /// <summary>The host's clock, to be set while it runs.</summary>
    public ShiftedTime Clock { get; private set; } = new(default);

    public OccurrenceRecords Records => Services.GetRequiredService<OccurrenceRecords>();

    public IServiceProvider Services => (_host ?? throw new InvalidOperationException("The host is not started.")).Services;

    public TestDatabase Database => _database;

    public HttpClient Http => (_host ?? throw new InvalidOperationException("The host is not started.")).CreateClient();

    public PostgresEventStore Store => Services.GetRequiredService<PostgresEventStore>();

    public JobQueries Jobs => Services.GetRequiredService<JobQueries>();

    public ExecutionQueries Executions => Services.GetRequiredService<ExecutionQueries>();

    public AlertQueries Alerts => Services.GetRequiredService<AlertQueries>();

    public static async Task<SchedulingHost> StartAsync(PostgresFixture postgres, params (string Key, string Value)[] settings)
    {
        var host = new SchedulingHost(
            await postgres.CreateDatabaseAsync(), await Receiver.StartAsync(), settings.ToDictionary(s => s.Key, s => s.Value));
        host.Start();
        return host;
    }

    /// <summary>A host that schedules, and whose clock shows <paramref name="now"/>.</summary>
    public static async Task<SchedulingHost> StartAtAsync(PostgresFixture postgres, DateTimeOffset now, params (string Key, string Value)[] settings)
    {
        var host = new SchedulingHost(await postgres.CreateDatabaseAsync(), await Receiver.StartAsync(), []);
        host.Start(now - DateTimeOffset.UtcNow, settings);
        return host;
    }

    /// <summary>A host that only stores, with its clock shifted: what happens on it happened then.</summary>
    public static async Task<SchedulingHost> StartIdleAsync(PostgresFixture postgres, TimeSpan shift = default)
    {
        var host = new SchedulingHost(await postgres.CreateDatabaseAsync(), await Receiver.StartAsync(), []);
        host.Start(shift, ("Scheduler:Enabled", "false"));
        return host;
    }

    public void Start(TimeSpan shift = default, params (string Key, string Value)[] settings)
    {
        foreach (var (key, value) in settings) _settings[key] = value;
        Clock = new ShiftedTime(shift);
        _host = new WebApplicationFactory<Program>().WithWebHostBuilder(builder =>
        {
            builder.UseSetting("Logging:LogLevel:Microsoft.Hosting.Lifetime", "Warning");
            foreach (var (key, value) in _settings) builder.UseSetting(key, value);
            builder.ConfigureServices(services => services.AddSingleton<TimeProvider>(Clock));
        });
        _ = _host.Services;
    }

    /// <summary>Ends this host and starts one that schedules, at the true time.</summary>
    public async Task RestartSchedulingAsync(params (string Key, string Value)[] settings)
    {
        await StopAsync();
        Start(default, [("Scheduler:Enabled", "true"), .. settings]);
    }

    /// <summary>Another host on the same database.</summary>
    public WebApplicationFactory<Program> StartSecondNode(params (string Key, string Value)[] settings)
    {
        var second = new WebApplicationFactory<Program>().WithWebHostBuilder(builder =>
        {
            foreach (var (key, value) in _settings) builder.UseSetting(key, value);
            foreach (var (key, value) in settings) builder.UseSetting(key, value);
        });
        _ = second.Services;
        return second;
    }

    public async Task StopAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        _host = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Receiver.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>A job on a path of the receiver; by default every second.</summary>
    public JobDefinition Definition(string path, string? cron = "* * * * * *", DateTimeOffset? runAt = null) => new(
        new Schedule(runAt is null ? cron : null, runAt),
        HttpTarget.To(Receiver.Url + path),
        ExecutionPolicy.Default,
        Alerting.Default,
        null,
        []);

    public async Task<Guid> CreateAsync(JobDefinition definition)
    {
        var id = Guid.CreateVersion7();
        await AppendAsync(id, CreateJob.Decide(definition));
        return id;
    }

    public async Task<StoredEvent> AppendAsync(Guid streamId, object @event)
    {
        var result = await Store.AppendAsync(streamId, ExpectedVersion.Any, [@event], EventMetadata.None);
        return result.ShouldBeOfType<AppendResult.Appended>().Events[0];
    }

    public async Task<IReadOnlyList<ExecutionRow>> ExecutionsOfAsync(Guid jobId) =>
        [.. (await Executions.ListAsync(jobId, null, null, 10_000, DateTimeOffset.MaxValue, CancellationToken.None)).Reverse()];

    /// <summary>How many records each instant of (after, upTo] at which the job was due has: executions, and ranges of missed ones.</summary>
    public async Task<IReadOnlyList<(DateTimeOffset Instant, int Records)>> RecordsOfAsync(Guid jobId, Schedule schedule, DateTimeOffset after, DateTimeOffset upTo)
    {
        var executions = await Executions.ScheduledBetweenAsync(jobId, after, upTo, 100_000, CancellationToken.None);
        var missed = await Executions.MissedBetweenAsync(jobId, after, upTo, CancellationToken.None);
        return
        [
            .. new Timetable(schedule).Between(after, upTo).Select(i =>
                (i, executions.Count(e => e.ScheduledFor == i) + missed.Count(m => m.FirstAt <= i && i <= m.LastAt))),
        ];
    }

    /// <summary>What a restart of PostgreSQL does to the host: all its sessions end.</summary>
    public async Task CutConnectionsAsync()
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()", connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The ended executions of a job, oldest first, once there are that many.</summary>
    public Task<IReadOnlyList<ExecutionRow>> EndedAsync(Guid jobId, int count) => UntilAsync(
        async () => (IReadOnlyList<ExecutionRow>)[.. (await ExecutionsOfAsync(jobId)).Where(e => e.Status != ExecutionStatus.Open)],
        rows => rows.Count >= count);

    /// <summary>What <paramref name="read"/> gives once it is as wanted, looked at anew whenever something was appended.</summary>
    public async Task<T> UntilAsync<T>(Func<Task<T>> read, Func<T, bool> wanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var seen = await Store.HighWaterMarkAsync();
            var value = await read();
            if (wanted(value)) return value;
            await Store.Signal.WaitAsync(seen, null, TimeSpan.FromMilliseconds(200), patience.Token);
        }
    }
}

/// <summary>The system's clock, set wrong by as much as is asked for; time itself passes as it does.</summary>
internal sealed class ShiftedTime(TimeSpan shift) : TimeProvider
{
    private long _ticks = shift.Ticks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _ticks));

    public void Set(DateTimeOffset now) => Volatile.Write(ref _ticks, (now - base.GetUtcNow()).Ticks);

    public void SetForward(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
