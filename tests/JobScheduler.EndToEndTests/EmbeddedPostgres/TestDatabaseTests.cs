using JobScheduler.Testing;
using Npgsql;

namespace JobScheduler.EndToEndTests.EmbeddedPostgres;

public sealed class TestDatabaseTests(PostgresFixture postgres)
{
    [Fact]
    public async Task TestDatabase_is_a_new_empty_one_when_asked_for_concurrently()
    {
        var databases = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => postgres.CreateDatabaseAsync()));

        databases.Select(d => d.Name).Distinct().Count().ShouldBe(4);
        foreach (var database in databases)
        {
            await using var source = NpgsqlDataSource.Create(database.ConnectionString);
            await using var command = source.CreateCommand("SELECT current_database()");
            (await command.ExecuteScalarAsync()).ShouldBe(database.Name);
            await database.DisposeAsync(); // although a pool is still open
        }
    }
}
