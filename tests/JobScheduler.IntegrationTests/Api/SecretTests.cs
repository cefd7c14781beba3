using System.Net;
using System.Text.Json.Nodes;
using Npgsql;

namespace JobScheduler.IntegrationTests.Api;

public sealed class SecretTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string Secret = "Bearer s3cr3t-0f-th3-t3st";
    private const string Changed = "Bearer an0th3r-s3cr3t";

    [Fact]
    public async Task Header_values_appear_in_no_event_read_error_or_log()
    {
        var id = await host.CreateJobAsync(new { headers = new { Authorization = Secret } });
        await host.SendAsync(HttpMethod.Put, $"/jobs/{id}", new { headers = new { Authorization = Changed } });
        var refused = await host.SendAsync(
            HttpMethod.Put, $"/jobs/{id}", new { headers = new { Authorization = Secret, Host = Changed }, timeout = 5 }, HttpStatusCode.BadRequest);

        var answers = new List<string> { refused.ToJsonString() };
        string[] mistakes = [$$$"""{"headers":"{{{Secret}}}"}""", $$$"""{"headers":{"A":"{{{Secret}}}","a":"{{{Changed}}}"}}""", $$$"""{"header":{"A":"{{{Secret}}}"}}"""];
        foreach (var mistake in mistakes)
            answers.Add((await host.SendAsync(HttpMethod.Put, $"/jobs/{id}", mistake, HttpStatusCode.BadRequest)).ToJsonString());
        foreach (var path in new[] { $"/jobs/{id}", $"/jobs/{id}/events", "/jobs", "/jobs/getAllJobs", $"/jobs/{id}/as-of?version=1", "/events" })
            answers.Add((await host.GetAsync(path)).ToJsonString());
        answers.AddRange(host.Logs);
        answers.AddRange(await StoredAsync());
        answers.ShouldNotContain(text => text.Contains(Secret, StringComparison.Ordinal) || text.Contains(Changed, StringComparison.Ordinal));
        ((string)(await host.GetAsync($"/jobs/{id}"))["headers"]!["Authorization"]!).ShouldBe("***");
    }

    [Fact]
    public async Task Header_value_stays_when_stars_are_given_back_or_the_same_value()
    {
        var id = await host.CreateJobAsync(new { headers = new { Authorization = Secret } });
        var former = await ValueIdAsync(id);

        await host.SendAsync(HttpMethod.Put, $"/jobs/{id}", new { headers = new { Authorization = "***" } });
        await host.SendAsync(HttpMethod.Put, $"/jobs/{id}", new { headers = new { Authorization = Secret } });
        ((int)(await host.GetAsync($"/jobs/{id}"))["version"]!).ShouldBe(1);

        await host.SendAsync(HttpMethod.Put, $"/jobs/{id}", JsonNode.Parse("""{"headers":{"X-New":"1","authorization":"***"}}"""));
        (await ValueIdAsync(id, index: 1)).ShouldBe(former);
        await host.SendAsync(HttpMethod.Put, $"/jobs/{id}", new { headers = (object?)null });
        (await host.GetAsync($"/jobs/{id}"))["headers"]!.AsObject().ShouldBeEmpty();
    }

    private async Task<string> ValueIdAsync(Guid id, int index = 0)
    {
        var last = (await host.GetAsync($"/jobs/{id}/events"))["events"]!.AsArray()[^1]!["data"]!;
        return (string)last["target"]!["headers"]![index]!["valueId"]!;
    }

    /// <summary>Every row of every table, as text.</summary>
    private async Task<List<string>> StoredAsync()
    {
        await using var data = NpgsqlDataSource.Create(host.Database.ConnectionString);
        var tables = new List<string>();
        await using (var command = data.CreateCommand("select table_name from information_schema.tables where table_schema = 'jobscheduler'"))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        }

        tables.ShouldContain("mt_events");
        var rows = new List<string>();
        foreach (var table in tables)
        {
            await using var command = data.CreateCommand($"select t::text from jobscheduler.{table} t");
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        }

        return rows;
    }
}
