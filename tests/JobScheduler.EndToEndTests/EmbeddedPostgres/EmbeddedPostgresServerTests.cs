using JobScheduler.Host.EmbeddedPostgres;
using JobScheduler.Testing;
using Npgsql;
using static JobScheduler.Testing.ServerDirectory;

namespace JobScheduler.EndToEndTests.EmbeddedPostgres;

public sealed class EmbeddedPostgresServerTests : IDisposable
{
    private readonly ServerDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("fsync", "on")]
    [InlineData("synchronous_commit", "on")]
    [InlineData("full_page_writes", "on")]
    [InlineData("listen_addresses", "127.0.0.1")]
    [InlineData("unix_socket_directories", "")]
    [InlineData("password_encryption", "scram-sha-256")]
    public void Settings_keep_what_was_answered_safe_and_the_server_private(string name, string expected) =>
        // The first three are PostgreSQL's defaults, which the product must not touch.
        PostgresSettings.For(5432, new Dictionary<string, string>()).GetValueOrDefault(name, "on").ShouldBe(expected);

    [Fact]
    public async Task Server_is_durable_private_and_checked_when_started_from_nothing()
    {
        await using var server = await _directory.StartAsync();

        (await AskAsync(server, "SELECT current_database()")).ShouldBe("jobscheduler");
        foreach (var setting in (string[])["fsync", "synchronous_commit", "full_page_writes", "data_checksums", "wal_compression"])
            (await AskAsync(server, $"SHOW {setting}")).ShouldNotBe("off", setting);
        (await AskAsync(server, "SHOW server_encoding")).ShouldBe("UTF8");
        (await AskAsync(server, "SHOW shared_buffers")).ShouldBe("16MB", "the options' settings win");
        (await AskAsync(server, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'")).ShouldBe("0");
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(Path.Combine(_directory.Path, "password")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Server_refuses_a_client_when_the_password_is_wrong()
    {
        await using var server = await _directory.StartAsync();
        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "wrong" };

        var refusal = await Should.ThrowAsync<PostgresException>(AskAsync(wrong.ConnectionString, "SELECT 1"));

        refusal.SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
    }

    [Fact]
    public async Task Data_is_kept_when_the_server_is_started_again()
    {
        await using (var first = await _directory.StartAsync())
            await AskAsync(first, "CREATE TABLE kept AS SELECT 42 AS answer");

        await using var second = await _directory.StartAsync();

        (await AskAsync(second, "SELECT answer FROM kept")).ShouldBe("42");
    }

    [Fact]
    public async Task Second_server_is_refused_when_the_directory_is_in_use()
    {
        await using var first = await _directory.StartAsync();

        var refusal = await Should.ThrowAsync<EmbeddedPostgresException>(_directory.StartAsync());

        refusal.Message.ShouldContain($"(process {Environment.ProcessId}) already uses the data in {_directory.Path}");
        refusal.Message.ShouldContain("EmbeddedPostgres__DataDirectory");
        (await AskAsync(first, "SELECT 1")).ShouldBe("1");
    }

    [Fact]
    public async Task Server_is_down_and_the_directory_free_when_disposed()
    {
        var server = await _directory.StartAsync();
        var postmaster = PostmasterFile.Read(_directory.Cluster.PostmasterPath)!;

        await server.DisposeAsync();
        await server.DisposeAsync();

        Should.Throw<ArgumentException>(() => System.Diagnostics.Process.GetProcessById(postmaster.ProcessId));
        File.Exists(_directory.Cluster.PostmasterPath).ShouldBeFalse();
        (await DataDirectoryLock.AcquireAsync(_directory.Path, CancellationToken.None)).Dispose();
    }

    [Fact]
    public async Task Server_with_another_database_has_both_when_started_over_the_same_data()
    {
        await _directory.PrepareAsync();

        await using var server = await StartAsync(_directory.Options with { Database = "second \"one\"" });

        (await AskAsync(server, "SELECT current_database()")).ShouldBe("second \"one\"");
        (await AskAsync(server, "SELECT count(*) FROM pg_database WHERE datname = 'jobscheduler'")).ShouldBe("1");
    }
}
