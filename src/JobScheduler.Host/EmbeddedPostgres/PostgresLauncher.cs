using System.Net;
using System.Net.Sockets;

namespace JobScheduler.Host.EmbeddedPostgres;

/// <summary>Brings a server up over a cluster, whatever an earlier one left behind.</summary>
internal sealed class PostgresLauncher(
    PostgresBinaries binaries, ServerAccount account, PostgresCluster cluster, EmbeddedPostgresOptions options, ILogger logger)
{
    // lock_file_exists: another server, or what is left of one that was killed, still holds the directory.
    private const string DirectoryBusy = "F0001";
    private const int Attempts = 3;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Starts a server on <paramref name="fixedPort"/>, where clients already look for it, or if null on any free port; completes
    /// when it accepts connections.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">It ended, or did not get ready within the start timeout.</exception>
    public async Task<(PostgresProcess Process, int Port)> StartAsync(int? fixedPort, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.StartTimeout);
        try
        {
            await EndEarlierServerAsync(limit.Token);
            for (var attempt = 1; ; attempt++)
            {
                var port = fixedPort ?? FreePort();
                var stale = PostmasterFile.Read(cluster.PostmasterPath); // of a killed server; it may well say that it is ready
                var process = PostgresProcess.Start(binaries, account, cluster, PostgresSettings.For(port, options.Settings));
                if (await BecomesReadyAsync(process, port, stale, limit.Token)) return (process, port);

                await process.DrainAsync(limit.Token);
                await process.DisposeAsync();
                // Else it may be the port, taken since it was found free.
                if (process.Said.Contains(DirectoryBusy, StringComparison.Ordinal))
                    logger.LogInformation("Waiting for the last sessions of a PostgreSQL that was killed");
                else if (attempt >= Attempts)
                    throw new EmbeddedPostgresException($"PostgreSQL ended while starting: {process.Said} (its log is in {cluster.LogDirectory})");
                await Task.Delay(Pause, limit.Token);
            }
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new EmbeddedPostgresException(
                $"PostgreSQL was not ready within {options.StartTimeout.TotalSeconds:0} s; its log is in {cluster.LogDirectory}. After a crash it "
                + $"may need longer: {EmbeddedPostgresOptions.Section}__{nameof(options.StartTimeout)}=00:05:00.", e);
        }
    }

    // False when the server has ended instead. On cancellation it is shut down.
    private async Task<bool> BecomesReadyAsync(PostgresProcess process, int port, PostmasterFile? stale, CancellationToken ct)
    {
        try
        {
            while (!process.Exited.IsCompleted)
            {
                var file = PostmasterFile.Read(cluster.PostmasterPath);
                if (file is { IsReady: true } && file.Port == port && file != stale) return true;
                await Task.Delay(Poll, ct);
            }

            return false;
        }
        catch (OperationCanceledException)
        {
            await process.DisposeAsync();
            throw;
        }
    }

    // The watching shell of a host that was killed is ending its server, or that shell was killed too. Either way: hurry it, and wait.
    private async Task EndEarlierServerAsync(CancellationToken ct)
    {
        if (PostmasterFile.Read(cluster.PostmasterPath) is not { } file) return;
        if (await CommandLineAsync(file.ProcessId, ct) is not { } commandLine) return; // it was killed: PostgreSQL sees to its file itself

        if (!commandLine.Contains(cluster.Directory, StringComparison.Ordinal))
        {
            // PostgreSQL would take the process that now has the number for itself. Its shared memory still guards the directory.
            logger.LogInformation("Removing {File}: process {ProcessId} is not PostgreSQL's any more", cluster.PostmasterPath, file.ProcessId);
            File.Delete(cluster.PostmasterPath);
            return;
        }

        logger.LogInformation("Ending the PostgreSQL that an earlier host left behind (process {ProcessId})", file.ProcessId);
        foreach (var mode in (string[])["fast", "immediate"])
        {
            var stop = account.Run(
                binaries.PgCtl, "stop", "--pgdata", cluster.Directory, "--mode", mode, "--timeout",
                Math.Ceiling(options.StartTimeout.TotalSeconds / 3).ToString(System.Globalization.CultureInfo.InvariantCulture));
            await Command.RunAsync(stop, ct);
            if (!File.Exists(cluster.PostmasterPath)) return;
        }
    }

    // Null when there is no such process.
    private static async Task<string?> CommandLineAsync(int processId, CancellationToken ct)
    {
        if (!Directory.Exists("/proc/self"))
        {
            var ps = await Command.RunAsync(["ps", "-ww", "-o", "args=", "-p", $"{processId}"], ct);
            return ps.Succeeded ? ps.Output : null;
        }

        try
        {
            return await File.ReadAllTextAsync($"/proc/{processId}/cmdline", ct);
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException or IOException)
        {
            return null;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
