using System.Text.Json.Nodes;
using JobScheduler.Domain.Executions;

namespace JobScheduler.IntegrationTests.Api;

public sealed class ListingTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Theory]
    [InlineData("created", "c,a,b,d")]
    [InlineData("-created", "d,b,a,c")]
    [InlineData("name", "a,b,c,d")]
    [InlineData("-name", "d,c,b,a")]
    [InlineData("updated", "c,a,d,b")]
    [InlineData("-updated", "b,d,a,c")]
    public async Task Jobs_come_in_the_order_asked_for_page_by_page(string sort, string order)
    {
        var tag = $"order-{sort}";
        var ids = new Dictionary<string, Guid>();
        foreach (var name in (string[])["c", "a", "b", "d"]) ids[name] = await host.CreateJobAsync(JsonNode.Parse($$"""{"name":"{{name}}","tags":["{{tag}}"]}"""));
        await host.SendAsync(HttpMethod.Put, $"/jobs/{ids["b"]}", new { overlap = "SKIP" });

        var names = new List<string>();
        string? next = null;
        do
        {
            var page = await host.GetAsync($"/jobs?tag={tag}&sort={sort}&limit=3" + (next is null ? "" : $"&after={next}"));
            names.AddRange(page["jobs"]!.AsArray().Select(j => (string)j!["name"]!));
            next = (string?)page["next"];
        }
        while (next is not null);

        names.ShouldBe(order.Split(','));
    }

    [Fact]
    public async Task Jobs_are_filtered()
    {
        var failing = await host.CreateJobAsync(JsonNode.Parse("""{"name":"50%_off","tags":["filtered"]}"""));
        var paused = await host.CreateJobAsync(JsonNode.Parse("""{"api":"https://shop.example.com/x","tags":["filtered"]}"""));
        await host.SendAsync(HttpMethod.Post, $"/jobs/{paused}/pause");
        var at = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await host.AppendAsync(
            ExecutionId.Of(failing, at),
            new ExecutionScheduled(failing, at),
            new ExecutionFailed(failing, at, ExecutionTrigger.Schedule, new(1, at, 1, 0, null, FailureKind.Timeout, "late")));

        (await FoundAsync("state=PAUSED")).ShouldBe([paused]);
        (await FoundAsync("state=ACTIVE")).ShouldBe([failing]);
        (await FoundAsync("lastStatus=FAILED")).ShouldBe([failing]);
        (await FoundAsync("q=SHOP.example")).ShouldBe([paused]);
        (await FoundAsync("q=0%25_O")).ShouldBe([failing]);
        (await FoundAsync("q=%25off")).ShouldBeEmpty();
        (await FoundAsync("")).ShouldBe([paused, failing]);

        async Task<IEnumerable<Guid>> FoundAsync(string query) =>
            (await host.GetAsync($"/jobs?tag=filtered&{query}"))["jobs"]!.AsArray().Select(j => Guid.Parse((string)j!["jobId"]!));
    }

    [Fact]
    public async Task All_jobs_come_as_a_plain_array_without_deleted_ones()
    {
        var kept = await host.CreateJobAsync();
        var deleted = await host.CreateJobAsync();
        await host.SendAsync(HttpMethod.Delete, $"/jobs/{deleted}", expected: System.Net.HttpStatusCode.NoContent);

        var ids = (await host.GetAsync("/jobs/getAllJobs")).AsArray().Select(j => Guid.Parse((string)j!["jobId"]!)).ToList();

        ids.ShouldContain(kept);
        ids.ShouldNotContain(deleted);
    }
}
