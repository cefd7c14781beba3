using JobScheduler.Host.EmbeddedPostgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobScheduler.Testing;

/// <summary>The host's own kind of server over a directory that is deleted with it, or at the process's end at the latest.</summary>
internal sealed class PrivateServer : IAsyncDisposable
{
    // Durability stays as in production; only what costs memory and start-up time is smaller.
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["shared_buffers"] = "64MB",
        ["max_connections"] = "300", // every test class brings pools of its own
    };

    private readonly TemporaryDirectory _directory;
    private readonly EmbeddedPostgresServer _server;

    private PrivateServer(TemporaryDirectory directory, EmbeddedPostgresServer server)
    {
        (_directory, _server) = (directory, server);
        AppDomain.CurrentDomain.ProcessExit += DisposeAtExit;
    }

    public string ConnectionString => _server.ConnectionString;

    public static async Task<PrivateServer> StartAsync(CancellationToken ct)
    {
        var directory = new TemporaryDirectory();
        var options = new EmbeddedPostgresOptions { DataDirectory = directory.Path, Settings = Settings };
        return new PrivateServer(directory, await EmbeddedPostgresServer.StartAsync(options, NullLogger.Instance, ct));
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= DisposeAtExit;
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    private void DisposeAtExit(object? sender, EventArgs e) => DisposeAsync().AsTask().Wait();
}
