using JobScheduler.EventStore;
using Npgsql;

namespace JobScheduler.IntegrationTests.EventStore;

public sealed class SchemaUpgradeTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    private static readonly SchemaScript First = new(
        "billing", 1, "invoices", "create table {schema}.invoices (id int); insert into {schema}.invoices values (1)");
    private static readonly SchemaScript Second = new(
        "billing", 2, "paid", "alter table {schema}.invoices add paid bool; insert into {schema}.invoices values (2)");

    [Fact]
    public async Task Upgrade_applies_only_what_is_new_when_run_again()
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        SchemaScript[] old = [.. SchemaScript.EventStore, First];
        (await SchemaUpgrade.RunAsync(dataSource, "twice", old)).ShouldBe(old);
        (await SchemaUpgrade.RunAsync(dataSource, "twice", old)).ShouldBeEmpty();
        (await SchemaUpgrade.RunAsync(dataSource, "twice", [.. old, Second])).ShouldBe([Second]);

        await using var command = dataSource.CreateCommand(
            "select string_agg(module || ' ' || version || ' ' || name, ', ' order by module, version) from twice.schema_versions");
        (await command.ExecuteScalarAsync()).ShouldBe(
            "billing 1 invoices, billing 2 paid, event_store 1 event_log, event_store 2 rebuilds, event_store 3 event_directory");
    }

    [Fact]
    public async Task Upgrade_applies_each_script_once_when_hosts_start_together()
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        var applied = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => SchemaUpgrade.RunAsync(dataSource, "together", [.. SchemaScript.EventStore, First, Second]))).WaitAsync(TestLog.Patience);

        applied.Count(scripts => scripts.Count == SchemaScript.EventStore.Count + 2).ShouldBe(1);
        applied.Count(scripts => scripts.Count == 0).ShouldBe(7);
        await using var command = dataSource.CreateCommand("select count(*) from together.invoices");
        (await command.ExecuteScalarAsync()).ShouldBe(2L);
    }

    [Fact]
    public async Task Upgrade_is_refused_when_the_database_is_newer_than_the_program()
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        await SchemaUpgrade.RunAsync(dataSource, "newer", [First, Second]);

        var refusal = await Should.ThrowAsync<SchemaTooNewException>(() => SchemaUpgrade.RunAsync(dataSource, "newer", [First]));
        (refusal.Module, refusal.DatabaseVersion, refusal.KnownVersion).ShouldBe(("billing", 2, 1));
        (await SchemaUpgrade.RunAsync(dataSource, "newer", [First, Second]).WaitAsync(TestLog.Patience))
            .ShouldBeEmpty("the refusal gave the lock back");
    }

    [Fact]
    public async Task Script_leaves_nothing_behind_when_it_fails()
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        var broken = First with { Sql = First.Sql + "; select 1/0" };
        (await Should.ThrowAsync<PostgresException>(() => SchemaUpgrade.RunAsync(dataSource, "broken", [broken])))
            .SqlState.ShouldBe(PostgresErrorCodes.DivisionByZero);
        (await SchemaUpgrade.RunAsync(dataSource, "broken", [First]).WaitAsync(TestLog.Patience)).ShouldBe([First]);
    }

    [Fact]
    public async Task Upgrade_is_refused_when_versions_have_a_gap()
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        await Should.ThrowAsync<ArgumentException>(() => SchemaUpgrade.RunAsync(dataSource, "gap", [Second]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1st")]
    [InlineData("Upper")]
    [InlineData("a-b")]
    [InlineData("a; drop table b")]
    [InlineData("line\n")]
    [InlineData("a_name_of_forty_one_characters_is_too_long")]
    public void Schema_name_is_refused_when_it_is_not_plain(string name) =>
        Should.Throw<ArgumentException>(() => SchemaName.Validate(name));

    [Theory]
    [InlineData("jobscheduler")]
    [InlineData("_a1")]
    public void Schema_name_is_accepted_when_it_is_plain(string name) => SchemaName.Validate(name).ShouldBe(name);
}
