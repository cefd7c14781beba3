using JobScheduler.Host.EmbeddedPostgres;
using JobScheduler.Testing;

namespace JobScheduler.EndToEndTests.EmbeddedPostgres;

/// <summary>What cannot work is refused in one line that says what to do.</summary>
public sealed class RefusalTests : IDisposable
{
    private readonly ServerDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Start_is_refused_when_the_binaries_are_missing()
    {
        using var empty = new TemporaryDirectory();

        (await RefusalAsync(_directory.Options with { BinDirectory = empty.Path }))
            .ShouldContain($"in {empty.Path} (it needs initdb, postgres and pg_ctl): correct EmbeddedPostgres__BinDirectory");
    }

    [Fact]
    public async Task Start_is_refused_when_another_major_version_made_the_data()
    {
        await _directory.PrepareAsync();
        await File.WriteAllTextAsync(Path.Combine(_directory.Cluster.Directory, "PG_VERSION"), "9\n");

        (await RefusalAsync(_directory.Options)).ShouldContain($"The data in {_directory.Path} was made by PostgreSQL 9");
    }

    [Fact]
    public async Task Start_is_refused_when_the_cluster_is_not_whole()
    {
        await _directory.PrepareAsync();
        File.Delete(Path.Combine(_directory.Cluster.Directory, "PG_VERSION"));

        (await RefusalAsync(_directory.Options)).ShouldContain($"{_directory.Cluster.Directory} is not a whole PostgreSQL cluster");
    }

    [Fact]
    public async Task Start_is_refused_when_the_password_is_gone()
    {
        await _directory.PrepareAsync();
        var password = Path.Combine(_directory.Path, "password");
        File.Delete(password);

        (await RefusalAsync(_directory.Options)).ShouldContain($"restore {password}");
    }

    [Fact]
    public async Task Start_is_refused_with_the_server_s_own_words_when_a_setting_is_wrong()
    {
        var wrong = new Dictionary<string, string> { ["shared_buffers"] = "much" };

        (await RefusalAsync(_directory.Options with { Settings = wrong })).ShouldContain("\"shared_buffers\": \"much\"");
    }

    [Fact]
    public async Task Start_is_refused_when_the_server_s_account_cannot_reach_the_data()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root runs the server as another account.");
        using var home = new TemporaryDirectory();
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(home.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var directory = Path.Combine(home.Path, "data");

        (await RefusalAsync(new EmbeddedPostgresOptions { DataDirectory = directory })).ShouldContain($"cannot enter {directory}: choose");
    }

    private static async Task<string> RefusalAsync(EmbeddedPostgresOptions options)
    {
        var message = (await Should.ThrowAsync<EmbeddedPostgresException>(ServerDirectory.StartAsync(options))).Message;
        message.ShouldNotContain("\n");
        return message;
    }
}
