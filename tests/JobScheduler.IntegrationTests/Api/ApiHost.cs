using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using JobScheduler.EventStore;
using JobScheduler.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace JobScheduler.IntegrationTests.Api;

/// <summary>The host over a database of a test class's own, without a scheduler: what happens is what the tests do.</summary>
public sealed class ApiHost(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly RecordedLogs _logs = new();
    private readonly Dictionary<string, string> _settings = new()
    {
        ["Scheduler:Enabled"] = "false",
        ["PracticeTargets:Enabled"] = "true",
    };

    private TestDatabase? _database;

    public WebApplicationFactory<Program> Factory { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public TestDatabase Database => _database!;

    public IEnumerable<string> Logs => _logs.Lines;

    public PostgresEventStore Store => Factory.Services.GetRequiredService<PostgresEventStore>();

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        Factory = CreateFactory(Database.ConnectionString);
        Http = Factory.CreateClient(new() { AllowAutoRedirect = false });
    }

    public WebApplicationFactory<Program> CreateFactory(string connectionString) => new WebApplicationFactory<Program>().WithWebHostBuilder(builder =>
    {
        builder.UseSetting("ConnectionStrings:JobScheduler", connectionString);
        foreach (var (key, value) in _settings) builder.UseSetting(key, value);
        builder.ConfigureLogging(logging => logging.ClearProviders().SetMinimumLevel(LogLevel.Debug).AddProvider(_logs));
    });

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Factory.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>The answer's JSON, its status checked.</summary>
    public async Task<JsonNode> SendAsync(
        HttpMethod method, string path, object? body = null, HttpStatusCode expected = HttpStatusCode.OK, params (string Name, string Value)[] headers)
    {
        using var answer = await AnswerAsync(method, path, body, headers);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(expected, text);
        return text.Length == 0 ? JsonValue.Create("") : JsonNode.Parse(text)!;
    }

    /// <param name="body">Text is sent as it is, anything else as JSON.</param>
    public async Task<HttpResponseMessage> AnswerAsync(HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body switch
        {
            null => null,
            string text => new StringContent(text, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")),
            _ => JsonContent.Create(body, options: JsonSerializerOptions.Default),
        };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        return await Http.SendAsync(request);
    }

    public Task<JsonNode> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    /// <summary>The id of a job that calls example.com each hour, with what <paramref name="more"/> says besides.</summary>
    public async Task<Guid> CreateJobAsync(object? more = null)
    {
        var job = new JsonObject { ["schedule"] = "0 0 * * * *", ["api"] = "https://example.com/hook" };
        foreach (var (name, value) in JsonSerializer.SerializeToNode(more ?? new { })!.AsObject()) job[name] = value?.DeepClone();
        var answer = await SendAsync(HttpMethod.Post, "/jobs", job, HttpStatusCode.Created);
        return Guid.Parse((string)answer["jobId"]!);
    }

    public async Task AppendAsync(Guid stream, params object[] events) =>
        (await Store.AppendAsync(stream, ExpectedVersion.Any, events, EventMetadata.None)).ShouldBeOfType<AppendResult.Appended>();

    /// <summary>Lets the job's events have been appended at these instants, one each.</summary>
    public async Task MoveEventsAsync(Guid job, params DateTimeOffset[] instants)
    {
        await using var data = NpgsqlDataSource.Create(Database.ConnectionString);
        await using var command = data.CreateCommand("update jobscheduler.mt_events set timestamp = ($2::timestamptz[])[version] where stream_id = $1");
        command.Parameters.Add(new() { Value = job });
        command.Parameters.Add(new() { Value = instants });
        (await command.ExecuteNonQueryAsync()).ShouldBe(instants.Length);
    }

    /// <summary>Sends what is wrong; gives back the problem's errors.</summary>
    public async Task<IReadOnlyList<(string Field, JsonNode? Value, string Message)>> RefusedAsync(HttpMethod method, string path, object? body = null)
    {
        var problem = await SendAsync(method, path, body, HttpStatusCode.BadRequest);
        ((string)problem["type"]!).ShouldBe("urn:jobscheduler:problem:validation");
        ((int)problem["status"]!).ShouldBe(400);
        return [.. problem["errors"]!.AsArray().Select(e => ((string)e!["field"]!, e["value"], (string)e["message"]!))];
    }

    private sealed class RecordedLogs : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = [];

        public IEnumerable<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
