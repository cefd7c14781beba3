using System.Diagnostics;
using JobScheduler.Host.EmbeddedPostgres;
using JobScheduler.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using static JobScheduler.Testing.ServerDirectory;

namespace JobScheduler.EndToEndTests.EmbeddedPostgres;

/// <summary>What a crash, of whomever, leaves behind.</summary>
public sealed class RecoveryTests : IDisposable
{
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(30);

    private readonly ServerDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Server_returns_with_its_data_at_the_same_address_when_postgres_is_killed()
    {
        await using var server = await _directory.StartAsync();
        await AskAsync(server, "CREATE TABLE kept AS SELECT 42 AS answer");
        var killed = PostmasterFile.Read(_directory.Cluster.PostmasterPath)!.ProcessId;

        using (var postmaster = Process.GetProcessById(killed)) postmaster.Kill();

        (await AskUntilAnsweredAsync(server.ConnectionString, "SELECT answer FROM kept")).ShouldBe("42");
        PostmasterFile.Read(_directory.Cluster.PostmasterPath)!.ProcessId.ShouldNotBe(killed);
    }

    [Fact]
    public async Task Server_returns_once_when_a_session_outlives_the_killed_postgres()
    {
        var log = new SignalLogger();
        await using var server = await EmbeddedPostgresServer.StartAsync(_directory.Options, log, CancellationToken.None);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        var session = connection.ProcessID;

        await SignalAsync("STOP", session);
        await SignalAsync("KILL", PostmasterFile.Read(_directory.Cluster.PostmasterPath)!.ProcessId);
        await log.SaysAsync("Waiting for the last sessions").WaitAsync(Generous);
        log.Lines.ShouldNotContain(line => line.Contains("ready again"));
        await SignalAsync("CONT", session);

        await log.SaysAsync("ready again").WaitAsync(Generous);
        (await AskAsync(server, "SELECT 1")).ShouldBe("1");
    }

    [Fact]
    public async Task Server_ends_when_its_host_is_killed()
    {
        using var host = HostProcess.Start(_directory);
        await host.ReadyAsync();
        using var postmaster = Process.GetProcessById(PostmasterFile.Read(_directory.Cluster.PostmasterPath)!.ProcessId);

        host.Kill();

        await postmaster.WaitForExitAsync().WaitAsync(Generous);
    }

    [Fact]
    public async Task Server_starts_at_once_when_its_host_was_killed()
    {
        using var host = HostProcess.Start(_directory);
        await host.ReadyAsync();

        host.Kill();
        await using var next = await _directory.StartAsync();

        (await AskAsync(next, "SELECT 1")).ShouldBe("1");
    }

    [Fact]
    public async Task Host_ends_first_and_leaves_no_server_when_its_process_group_is_told_to_stop()
    {
        using var host = HostProcess.Start(_directory);
        await host.ReadyAsync();

        (await host.StopAsync()).ShouldBe(0);

        File.Exists(_directory.Cluster.PostmasterPath).ShouldBeFalse();
        var log = string.Concat(Directory.EnumerateFiles(_directory.Cluster.LogDirectory).Select(File.ReadAllText));
        log.ShouldContain("fast shutdown"); // the host's own wish
        log.ShouldNotContain("smart shutdown"); // the signal, had it reached PostgreSQL
    }

    [Fact]
    public async Task Orphan_is_ended_when_a_server_starts_over_its_data()
    {
        await _directory.PrepareAsync();
        var account = await ServerAccount.ForAsync(_directory.Cluster, CancellationToken.None);
        var binaries = await PostgresBinaries.FindAsync(null, null, _directory.Path, CancellationToken.None);
        var launcher = new PostgresLauncher(binaries, account, _directory.Cluster, _directory.Options, NullLogger.Instance);
        var (orphan, _) = await launcher.StartAsync(null, CancellationToken.None); // without the lock, as if nobody had it any more

        await using var server = await _directory.StartAsync();

        await orphan.Exited.WaitAsync(Generous);
        (await AskAsync(server, "SELECT 1")).ShouldBe("1");
        await orphan.DisposeAsync();
    }

    [Fact]
    public async Task Server_starts_when_its_predecessor_s_number_belongs_to_another_process()
    {
        await _directory.PrepareAsync();
        // PostgreSQL takes any process of its own account for a server.
        var account = await ServerAccount.ForAsync(_directory.Cluster, CancellationToken.None);
        using var stranger = Process.Start(Command.Describe(account.Run("sleep", "600")))!;
        await File.WriteAllLinesAsync(
            _directory.Cluster.PostmasterPath, [$"{stranger.Id}", _directory.Cluster.Directory, "1", "5432", "", "127.0.0.1", "1 1", "ready"]);

        await using (var server = await _directory.StartAsync()) (await AskAsync(server, "SELECT 1")).ShouldBe("1");

        stranger.HasExited.ShouldBeFalse();
        stranger.Kill();
    }

    [Fact]
    public async Task Cluster_is_made_anew_when_the_first_was_left_unfinished()
    {
        var unfinished = Directory.CreateDirectory(Path.Combine(_directory.Path, "cluster.unfinished-x"));
        await File.WriteAllTextAsync(Path.Combine(unfinished.FullName, "PG_VERSION"), "15");
        await File.WriteAllTextAsync(Path.Combine(_directory.Path, "password"), "of the unfinished one");

        await using var server = await _directory.StartAsync();

        (await AskAsync(server, "SELECT 1")).ShouldBe("1");
        unfinished.Refresh();
        unfinished.Exists.ShouldBeFalse();
    }

    private static async Task SignalAsync(string signal, int processId) =>
        (await Command.RunAsync(["kill", $"-{signal}", $"{processId}"], CancellationToken.None)).Succeeded.ShouldBeTrue();

    // The server itself is the signal: until it is back, connecting fails.
    private static async Task<string?> AskUntilAnsweredAsync(string connectionString, string sql)
    {
        using var limit = new CancellationTokenSource(Generous);
        while (true)
            try
            {
                return await AskAsync(connectionString, sql);
            }
            catch (NpgsqlException) when (!limit.IsCancellationRequested)
            {
                await Task.Yield();
            }
    }
}
