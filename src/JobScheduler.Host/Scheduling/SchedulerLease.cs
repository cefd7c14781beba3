using System.Data;
using JobScheduler.EventStore;
using Npgsql;

namespace JobScheduler.Host.Scheduling;

/// <summary>
/// The right to schedule, held by one node at a time: a session advisory lock, which PostgreSQL itself releases the moment the
/// node's connection ends. A wrong belief in holding it costs work, never correctness: claims are guarded by the log.
/// </summary>
internal sealed class SchedulerLease : IAsyncDisposable
{
    private static readonly TimeSpan TryEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(1);

    private const int CheckTimeoutSeconds = 5;

    /// <summary>
    /// A node that is frozen or cut off does not end its connection: PostgreSQL does, when it has heard nothing for longer than a node that
    /// is merely cut off takes to find out. PostgreSQL 13 does not have the setting; there the system's TCP keep-alive decides.
    /// </summary>
    private const string EndWhenSilent = "select set_config(name, '10s', false) from pg_settings where name = 'idle_session_timeout'";

    private const string StayWhenSilent = "select set_config(name, reset_val, false) from pg_settings where name = 'idle_session_timeout'";

    private readonly NpgsqlConnection _connection;
    private readonly string _key;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _disposing = new();
    private readonly Task _watch;

    private SchedulerLease(NpgsqlConnection connection, string key)
    {
        (_connection, _key) = (connection, key);
        _watch = Task.Run(WatchAsync);
    }

    /// <summary>Cancelled when the connection that holds the lease is found dead.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Waits until no other node holds the lease.</summary>
    public static async Task<SchedulerLease> AcquireAsync(PostgresEventStore store, ILogger logger, CancellationToken cancellation)
    {
        var key = $"hashtextextended('{store.Schema}.scheduler', 0)";
        var told = false;
        while (true)
        {
            try
            {
                var connection = await store.DataSource.OpenConnectionAsync(cancellation);
                if (await TryTakeAsync(connection, key) is { } lease) return lease;
                if (!told) logger.LogInformation("Another node schedules; this one stands by");
                told = true;
            }
            catch (NpgsqlException e)
            {
                logger.LogWarning("PostgreSQL cannot be reached: {Reason}", e.Message);
            }

            await Task.Delay(TryEvery, cancellation);
        }
    }

    /// <summary>Not to be cancelled: a lock that was taken without anybody hearing of it would stay with a connection of the pool.</summary>
    private static async Task<SchedulerLease?> TryTakeAsync(NpgsqlConnection connection, string key)
    {
        try
        {
            if (await ScalarAsync(connection, $"select pg_try_advisory_lock({key})", CancellationToken.None) is true)
            {
                await ScalarAsync(connection, EndWhenSilent, CancellationToken.None);
                return new(connection, key);
            }
        }
        catch (NpgsqlException)
        {
            await UnlockAsync(connection, key);
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        await _watch;
        await UnlockAsync(_connection, _key);
        await _connection.DisposeAsync();
        _lost.Dispose();
        _disposing.Dispose();
    }

    /// <summary>A connection that is dead holds no lock; one that goes back to the pool would keep it.</summary>
    private static async Task UnlockAsync(NpgsqlConnection connection, string key)
    {
        if (connection.FullState != ConnectionState.Open) return;
        try
        {
            await ScalarAsync(connection, StayWhenSilent, CancellationToken.None);
            await ScalarAsync(connection, $"select pg_advisory_unlock({key})", CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // It has died just now.
        }
    }

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(CheckEvery, _disposing.Token);
                await ScalarAsync(_connection, "select 1", _disposing.Token);
            }
        }
        catch (OperationCanceledException) when (_disposing.IsCancellationRequested)
        {
            // Given back.
        }
#pragma warning disable CA1031 // Whatever ended the watch: without it nobody may believe in the lease.
        catch (Exception)
#pragma warning restore CA1031
        {
            await _lost.CancelAsync();
        }
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = CheckTimeoutSeconds };
        return await command.ExecuteScalarAsync(cancellation);
    }
}
