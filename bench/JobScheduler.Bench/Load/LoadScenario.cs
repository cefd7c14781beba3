using System.Net.Http.Json;
using System.Net.Sockets;
using JobScheduler.Testing;
using Npgsql;

namespace JobScheduler.Bench.Load;

/// <summary>Receiver and PostgreSQL for one number of jobs, and the schedulers that run against them, one after the other.</summary>
internal sealed class LoadScenario : IAsyncDisposable
{
    private const int Warmup = 5;
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(4);
    private static readonly string Here = typeof(LoadScenario).Assembly.Location;
    private static readonly string HostAssembly = Path.Combine(AppContext.BaseDirectory, "JobScheduler.Host.dll");

    private readonly int _jobs;
    private readonly int _seconds;
    private readonly PostgresFixture _postgres = new();
    private readonly ChildProcess _receiver;
    private readonly string _receiverUrl;
    private readonly HttpClient _http = new();

    private LoadScenario(int jobs, int seconds, ChildProcess receiver, string receiverUrl) =>
        (_jobs, _seconds, _receiver, _receiverUrl) = (jobs, seconds, receiver, receiverUrl);

    public static async Task<LoadScenario> StartAsync(int jobs, int seconds)
    {
        var url = FreeUrl();
        var receiver = await ChildProcess.StartAsync(Here, [ReceiverProcess.Name, url], ReceiverProcess.Ready);
        return new(jobs, seconds, receiver, url);
    }

    public async Task<LoadResult> RunJobSchedulerAsync()
    {
        await using var database = await _postgres.CreateDatabaseAsync();
        await using var counters = NpgsqlDataSource.Create(database.ConnectionString);
        var url = FreeUrl();
        using var host = await ChildProcess.StartAsync(
            HostAssembly,
            ["--urls", url],
            "Application started",
            ("ConnectionStrings__JobScheduler", database.ConnectionString),
            ("Logging__LogLevel__Default", "Warning"),
            ("Logging__LogLevel__Microsoft.Hosting.Lifetime", "Information"));
        await CreateJobsAsync(url);
        return await MeasureAsync("JobScheduler", host, counters, RecordedAsync);

        async Task<int?> RecordedAsync(DateTimeOffset from, DateTimeOffset to)
        {
            await using var command = counters.CreateCommand(
                "select count(*) from jobscheduler.executions where scheduled_for >= $1 and scheduled_for < $2 and status = 'COMPLETED'");
            command.Parameters.Add(new() { Value = from });
            command.Parameters.Add(new() { Value = to });
            return (int)(long)(await command.ExecuteScalarAsync())!;
        }
    }

    public async Task<LoadResult> RunQuartzAsync(bool persistent)
    {
        var database = persistent ? await _postgres.CreateDatabaseAsync() : null;
        await using var owned = database;
        await using var counters = database is null ? null : NpgsqlDataSource.Create(database.ConnectionString);
        string[] arguments = [QuartzProcess.Name, _receiverUrl, $"{_jobs}", .. database is null ? [] : new[] { database.ConnectionString }];
        using var quartz = await ChildProcess.StartAsync(Here, arguments, QuartzProcess.Ready);
        return await MeasureAsync(persistent ? "quartz-postgres" : "quartz-ram", quartz, counters, (_, _) => Task.FromResult<int?>(null));
    }

    public async ValueTask DisposeAsync()
    {
        _receiver.Dispose();
        _http.Dispose();
        await _postgres.DisposeAsync();
    }

    private async Task<LoadResult> MeasureAsync(
        string scheduler, ChildProcess process, NpgsqlDataSource? database, Func<DateTimeOffset, DateTimeOffset, Task<int?>> recorded)
    {
        var from = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + Warmup);
        var to = from.AddSeconds(_seconds);
        // Half a second off: the counters are read between two bursts.
        await DelayUntilAsync(from.AddSeconds(-0.4));
        var (cpu, counters) = (process.ProcessorTime, database is null ? null : await DatabaseCounters.ReadAsync(database));
        await DelayUntilAsync(to.AddSeconds(-0.4));
        cpu = process.ProcessorTime - cpu;
        counters = database is null ? null : await DatabaseCounters.ReadAsync(database) - counters!;
        await Task.Delay(Aftermath);
        var query = $"/report?from={Uri.EscapeDataString(from.ToString("O"))}&to={Uri.EscapeDataString(to.ToString("O"))}";
        var arrivals = await _http.GetFromJsonAsync<ArrivalReport>(_receiverUrl + query);
        return new(scheduler, _jobs, _seconds, _jobs * _seconds, arrivals!, await recorded(from, to), cpu, process.ResidentMegabytes, counters);
    }

    private async Task CreateJobsAsync(string url)
    {
        var job = new { schedule = "* * * * * *", api = _receiverUrl + "/hit" };
        await Parallel.ForAsync(0, _jobs, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, token) =>
        {
            using var response = await _http.PostAsJsonAsync(url + "/jobs", job, token);
            response.EnsureSuccessStatusCode();
        });
    }

    private static Task DelayUntilAsync(DateTimeOffset instant) =>
        Task.Delay(TimeSpan.FromTicks(Math.Max(0, (instant - DateTimeOffset.UtcNow).Ticks)));

    private static string FreeUrl()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return $"http://127.0.0.1:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}";
    }
}
