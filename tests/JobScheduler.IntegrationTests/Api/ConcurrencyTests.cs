using System.Net;

namespace JobScheduler.IntegrationTests.Api;

public sealed class ConcurrencyTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task Update_is_refused_when_if_match_is_stale()
    {
        var id = await host.CreateJobAsync();
        await host.SendAsync(HttpMethod.Put, $"/jobs/{id}", new { name = "a" }, HttpStatusCode.OK, ("If-Match", "\"1\""));

        var problem = await host.SendAsync(HttpMethod.Put, $"/jobs/{id}", new { name = "b" }, HttpStatusCode.PreconditionFailed, ("If-Match", "\"1\""));

        ((string)problem["detail"]!).ShouldContain("\"2\"");
        await host.SendAsync(HttpMethod.Post, $"/jobs/{id}/pause", null, HttpStatusCode.PreconditionFailed, ("If-Match", "\"1\""));
        await host.SendAsync(HttpMethod.Post, $"/jobs/{id}/run", null, HttpStatusCode.PreconditionFailed, ("If-Match", "W/\"2\""));
        await host.SendAsync(HttpMethod.Delete, $"/jobs/{id}", null, HttpStatusCode.PreconditionFailed, ("If-Match", "\"9\""));
        await host.SendAsync(HttpMethod.Put, $"/jobs/{id}", new { name = "b" }, HttpStatusCode.BadRequest, ("If-Match", "2"));
        await host.SendAsync(HttpMethod.Put, $"/jobs/{id}", new { name = "c" }, HttpStatusCode.OK, ("If-Match", "*"));
        await host.SendAsync(HttpMethod.Put, $"/jobs/{id}", new { name = "d" }, HttpStatusCode.OK, ("If-Match", "\"1\", \"3\""));
    }

    [Fact]
    public async Task Fetch_answers_not_modified_when_the_version_is_known()
    {
        var id = await host.CreateJobAsync();

        await host.SendAsync(HttpMethod.Get, $"/jobs/{id}", null, HttpStatusCode.NotModified, ("If-None-Match", "\"1\""));
        await host.SendAsync(HttpMethod.Get, $"/jobs/{id}", null, HttpStatusCode.OK, ("If-None-Match", "\"2\""));
    }

    [Fact]
    public async Task No_update_is_lost_when_many_come_at_once()
    {
        var id = await host.CreateJobAsync();
        (string Field, object Value)[] updates =
        [
            ("name", "n"), ("timeout", "7s"), ("method", "GET"), ("overlap", "SKIP"), ("misfire", "SKIP"), ("alertWebhook", "https://example.com/w"),
            ("tags", new List<string> { "t" }), ("timeZone", "Europe/Berlin"), ("followRedirects", true), ("type", "AT_MOST_ONCE"),
        ];

        await Task.WhenAll(updates.Select(u =>
            host.SendAsync(HttpMethod.Put, $"/jobs/{id}", new Dictionary<string, object> { [u.Field] = u.Value })));

        var job = await host.GetAsync($"/jobs/{id}");
        foreach (var (field, value) in updates) (job[field] is System.Text.Json.Nodes.JsonArray list ? list.Count == 1 : job[field]!.ToString().Equals($"{value}", StringComparison.OrdinalIgnoreCase)).ShouldBeTrue(field);
        ((int)job["version"]!).ShouldBe(1 + updates.Length);
    }

    [Fact]
    public async Task One_of_many_wins_when_all_name_the_same_version()
    {
        var id = await host.CreateJobAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            host.AnswerAsync(HttpMethod.Put, $"/jobs/{id}", new { name = $"n{i}" }, ("If-Match", "\"1\""))));

        answers.Count(a => a.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(a => a.StatusCode == HttpStatusCode.PreconditionFailed).ShouldBe(19);
        ((int)(await host.GetAsync($"/jobs/{id}"))["version"]!).ShouldBe(2);
    }
}
