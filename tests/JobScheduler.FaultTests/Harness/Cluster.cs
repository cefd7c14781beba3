using System.Collections.Concurrent;
using System.Diagnostics;
using JobScheduler.Checker;
using JobScheduler.EventStore;
using JobScheduler.Host.EmbeddedPostgres;
using JobScheduler.Projections;
using JobScheduler.Testing;
using Npgsql;

namespace JobScheduler.FaultTests;

/// <summary>
/// A host, PostgreSQL behind a proxy, and a receiver, as processes of their own (the receiver and the proxy are the test's), with what
/// the checker is to know of them: the calls, what clients were told, and the faults.
/// </summary>
internal sealed class Cluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(500);
    private static readonly Broken[] Unsettled = [Broken.Unaccounted, Broken.Open, Broken.AlertLost];

    private readonly ServerDirectory _directory = new();
    private readonly ConcurrentQueue<Fault> _faults = new();
    private readonly Dictionary<string, string> _settings;
    private TestDatabase? _database;
    private EmbeddedPostgresServer? _server;
    private readonly List<ApiClient> _apis = [];

    private Cluster(Receiver receiver, IEnumerable<(string Key, string Value)> settings)
    {
        Receiver = receiver;
        Jobs = new(() => Api);
        _settings = settings.ToDictionary(s => s.Key, s => s.Value);
    }

    public Receiver Receiver { get; }

    public FaultProxy Proxy { get; private set; } = null!;

    /// <summary>Past the proxy.</summary>
    public NpgsqlDataSource Postgres { get; private set; } = null!;

    public HostProcess Host { get; private set; } = null!;

    public JobDriver Jobs { get; }

    /// <summary>Of the host that was started last; those before may still be in a client's hands.</summary>
    public ApiClient Api => _apis[^1];

    /// <summary>A host on a database of the run's one server.</summary>
    public static async Task<Cluster> StartAsync(PostgresFixture postgres, params (string Key, string Value)[] settings)
    {
        var database = await postgres.CreateDatabaseAsync();
        var cluster = new Cluster(await Receiver.StartAsync(), settings) { _database = database };
        await cluster.StartAsync(database.ConnectionString);
        return cluster;
    }

    /// <summary>A host on a server that is to suffer itself.</summary>
    /// <param name="directory">Of the server's data; <c>null</c>: a temporary one.</param>
    public static async Task<Cluster> StartWithServerAsync(string? directory = null, params (string Key, string Value)[] settings)
    {
        var cluster = new Cluster(await Receiver.StartAsync(), settings);
        var options = cluster._directory.Options;
        cluster.ServerRoot = directory ?? options.DataDirectory;
        cluster._server = await ServerDirectory.StartAsync(options with { DataDirectory = cluster.ServerRoot });
        await cluster.StartAsync(cluster._server.ConnectionString);
        return cluster;
    }

    public string ServerRoot { get; private set; } = "";

    private async Task StartAsync(string direct)
    {
        var builder = new NpgsqlConnectionStringBuilder(direct);
        Proxy = new(builder.Host!, builder.Port);
        Postgres = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(direct) { ApplicationName = "observer", Pooling = false });
        builder.Host = "127.0.0.1";
        builder.Port = Proxy.Port;
        builder.SslMode = SslMode.Disable;
        builder.GssEncryptionMode = GssEncryptionMode.Disable;
        _settings["ConnectionStrings__JobScheduler"] = builder.ConnectionString;
        await StartHostAsync();
    }

    /// <summary>Returns when it serves.</summary>
    public async Task StartHostAsync()
    {
        Host = HostProcess.Start(_directory, [.. _settings.Select(s => (s.Key, s.Value))]);
        _apis.Add(await Host.ApiAsync());
    }

    /// <summary>Another host on the same database, not behind the proxy.</summary>
    public HostProcess StartSecondHost()
    {
        var settings = new Dictionary<string, string>(_settings)
        {
            ["ConnectionStrings__JobScheduler"] = _server?.ConnectionString ?? _database!.ConnectionString,
        };
        return HostProcess.Start(_directory, [.. settings.Select(s => (s.Key, s.Value))]);
    }

    /// <summary>For the checker: until it is disposed, this is the matter.</summary>
    /// <param name="since">By default now.</param>
    public IDisposable Fault(string name, DateTimeOffset? since = null)
    {
        var from = since ?? DateTimeOffset.UtcNow;
        return new Ending(() => _faults.Enqueue(new(name, from, DateTimeOffset.UtcNow)));
    }

    /// <summary>Kills the host, and starts it again.</summary>
    public async Task KillHostAsync(string name, Func<Task>? whileDown = null)
    {
        using (Fault(name))
        {
            Host.Kill();
            if (whileDown is not null) await whileDown();
            await StartHostAsync();
        }
    }

    /// <summary>Signals the postmaster, which the test's own watch starts again: KILL for a crash, INT for a restart.</summary>
    public async Task SignalPostgresAsync(string signal)
    {
        var postmaster = PostmasterFile.Read(new PostgresCluster(ServerRoot).PostmasterPath)!.ProcessId;
        (await Command.RunAsync(["kill", $"-{signal}", $"{postmaster}"], CancellationToken.None)).Succeeded.ShouldBeTrue();
    }

    /// <summary>Returns when it answers again.</summary>
    public async Task PostgresServesAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                await CountAsync("select 1::bigint");
                return;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(LookAgainAfter, patience.Token);
            }
        }
    }

    public async Task<long> CountAsync(string sql)
    {
        await using var command = Postgres.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Completes when the query gives more than zero.</summary>
    public async Task UntilAsync(string sql)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await CountAsync(sql) == 0) await Task.Delay(20, patience.Token);
    }

    /// <summary>Makes a read model from the log, for events that no host has appended.</summary>
    public async Task RebuildAsync(string readModel)
    {
        await using var store = new PostgresEventStore(Postgres, JobSchedulerLog.EventTypes, JobSchedulerLog.InlineProjections);
        await new ReadModelRebuild(store).RunAsync(JobSchedulerLog.ReadModels.Single(m => m.Name == readModel));
    }

    /// <summary>Everything that was seen so far.</summary>
    public async Task<Evidence> EvidenceAsync(DateTimeOffset until, IReadOnlyCollection<Guid>? jobs = null) => new(
        await LogReader.ReadAsync(Postgres, jobs),
        [
            .. Receiver.Calls.Where(c => c.Headers.ContainsKey("X-Execution-Id") && !c.Path.StartsWith("/redirected", StringComparison.Ordinal))
                .Select(c => new Arrival(
                    c.JobId, c.ExecutionId, c.ScheduledFor, c.Attempt, c.ArrivedAt, c.EndedAt, c is { EndedAt: not null, AnsweredWith: null }))
                .Where(a => jobs is null || jobs.Contains(a.JobId)),
        ],
        [
            .. Receiver.Calls.Where(c => c.Headers.ContainsKey("webhook-id") && c.AnsweredWith is >= 200 and < 300)
                .Select(c => new WebhookArrival(Guid.Parse(c.Headers["webhook-id"].Split('_')[0]), c.ArrivedAt)),
        ],
        [.. Jobs.Acknowledged.Where(a => jobs is null || jobs.Contains(a.StreamId))],
        [.. _faults],
        until);

    /// <summary>
    /// The report on all that was due up to now, once the system had the time to settle it; no objections, and every read model made
    /// anew equals the live one.
    /// </summary>
    public async Task<Report> CheckAsync(Bounds? bounds = null, bool readModels = true)
    {
        var report = await SettledAsync(DateTimeOffset.UtcNow, bounds);
        report.Objections.ShouldBeEmpty($"{report}\nThe host said:\n{Host.Said}");
        TestContext.Current.TestOutputHelper?.WriteLine(report.ToString());
        if (!readModels) return report;
        foreach (var model in (string[])["jobs", "executions", "alerts"])
        {
            var tables = (await Api.SendAsync(HttpMethod.Post, $"/read-models/{model}/rebuild"))["tables"]!;
            foreach (var table in tables.AsArray())
                (table!["rowsOnlyInLive"]!.GetValue<long>() + table["rowsOnlyInRebuilt"]!.GetValue<long>()).ShouldBe(0, table.ToJsonString());
        }

        return report;
    }

    public async Task<Report> SettledAsync(DateTimeOffset until, Bounds? bounds = null)
    {
        for (var started = Stopwatch.GetTimestamp(); ; await Task.Delay(LookAgainAfter))
        {
            var report = HistoryCheck.Run(await EvidenceAsync(until), bounds);
            if (report.Objections.All(o => !Unsettled.Contains(o.Broken)) && report.Count(Fate.Open) == 0) return report;
            if (Stopwatch.GetElapsedTime(started) > Patience) return report;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var api in _apis) api.Dispose();
        Host?.Dispose();
        await Receiver.DisposeAsync();
        await Proxy.DisposeAsync();
        await Postgres.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        _directory.Dispose();
    }

    private sealed class Ending(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
