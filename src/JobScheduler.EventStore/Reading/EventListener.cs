using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace JobScheduler.EventStore;

/// <summary>
/// The process's one <c>LISTEN</c> connection: hands the notices of all processes to the signal. Reconnects until it is disposed.
/// </summary>
internal sealed class EventListener(NpgsqlDataSource dataSource, string schema, EventSignal signal, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public void Start() => _running = Task.Run(() => RunAsync(_stopping.Token));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var backoff = FirstBackoff;
        while (true)
        {
            try
            {
                await ListenAsync(() => backoff = FirstBackoff, cancellationToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or IOException or TimeoutException or SocketException)
            {
                logger.LogWarning(exception, "Listening for events was interrupted, trying again in {Backoff}", backoff);
            }

            await Task.Delay(backoff, cancellationToken);
            backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
        }
    }

    private async Task ListenAsync(Action connected, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, notification) =>
        {
            if (EventNotice.Parse(notification.Payload) is { } notice) signal.Notify(notice);
        };
        await ExecuteAsync(connection, $"listen {EventNotice.Channel(schema)}", cancellationToken);
        connected();
        signal.WakeAll();

        while (true)
        {
            // Silence may also be a connection that died without a word: ask.
            if (!await connection.WaitAsync(KeepAlive, cancellationToken)) await ExecuteAsync(connection, "select 1", cancellationToken);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
