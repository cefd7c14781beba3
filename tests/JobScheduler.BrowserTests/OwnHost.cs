using System.Net;
using System.Net.Sockets;
using JobScheduler.Testing;
using Npgsql;

namespace JobScheduler.BrowserTests;

/// <summary>A host of one test's own, always at the same address, which may be killed and started again, and lose its database.</summary>
internal sealed class OwnHost : IAsyncDisposable
{
    private readonly ServerDirectory _directory = new();
    private readonly TestDatabase _database;
    private readonly FaultProxy _line;
    private HostProcess _process;

    private OwnHost(TestDatabase database)
    {
        _database = database;
        var server = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        _line = new(server.Host!, server.Port);
        Url = $"http://127.0.0.1:{FreePort()}";
        _process = Start();
    }

    public string Url { get; }

    public ApiClient Api { get; private set; } = null!;

    /// <summary>The test's own way to the database, past what the host may lose.</summary>
    public string ConnectionString => _database.ConnectionString;

    public static async Task<OwnHost> StartAsync(PostgresFixture postgres)
    {
        var host = new OwnHost(await postgres.CreateDatabaseAsync());
        host.Api = await host._process.ApiAsync();
        return host;
    }

    /// <summary>As <c>kill -9</c>.</summary>
    public void Kill() => _process.Kill();

    public async Task StartAgainAsync()
    {
        _process.Dispose();
        _process = Start();
        await _process.ReadyAsync();
    }

    public void LoseDatabase() => _line.Close();

    public void FindDatabase() => _line.Open();

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        _process.Kill();
        _process.Dispose();
        await _line.DisposeAsync();
        await _database.DisposeAsync();
        _directory.Dispose();
    }

    private HostProcess Start() => HostProcess.StartAt(
        Url,
        _directory,
        ("ASPNETCORE_ENVIRONMENT", "Development"),
        ("ConnectionStrings__JobScheduler", new NpgsqlConnectionStringBuilder(_database.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = _line.Port,
            Timeout = 5,
        }.ConnectionString));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
