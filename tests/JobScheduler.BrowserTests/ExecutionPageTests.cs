using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobScheduler.BrowserTests;

public sealed class ExecutionPageTests(Dashboard dashboard)
{
    [Fact]
    public async Task Attempts_come_by_themselves_each_with_its_request_and_response()
    {
        var path = $"/flaky-{Guid.NewGuid():N}";
        var second = new TaskCompletionSource();
        dashboard.Receiver.Answer(path, async context =>
        {
            var isFirst = context.Request.Headers["X-Attempt"] == "1";
            if (!isFirst) await second.Task;
            context.Response.StatusCode = isFirst ? 503 : 200;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(isFirst ? """{"wait":"<b>a bit</b>"}""" : """{"done":true}""");
        });
        var run = await RunAsync(new
        {
            runAt = DateTimeOffset.UtcNow.AddDays(300).ToString("O"),
            api = dashboard.Receiver.Url + path,
            name = "Flaky",
            headers = new { Authorization = "Bearer very-secret" },
            body = """{"week":47}""",
            contentType = "application/json",
            retry = new { maxAttempts = 2, initialDelay = "1s", jitter = false },
        });
        await using var visit = await dashboard.OpenAsync($"/ui/executions/{run}");
        var page = visit.Page;

        await Expect(page.Locator(".summary")).ToContainTextAsync("Attempt 2 is under way");
        await Expect(Response(page)).ToContainTextAsync("<b>a bit</b>");
        second.SetResult();
        await Expect(page.Locator(".summary")).ToContainTextAsync("It succeeded at attempt 2");
        await Expect(Response(page)).ToContainTextAsync("\"done\": true");
        await Expect(Request(page)).ToContainTextAsync("\"week\": 47");
        await Expect(Request(page)).ToContainTextAsync(run);
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Events" })).ToContainTextAsync("execution_attempt_failed");

        await page.GetByRole(AriaRole.Link, new() { Name = "Attempt 1" }).ClickAsync();
        await Expect(Response(page)).ToContainTextAsync("503");
        await Expect(Response(page)).ToContainTextAsync("Retries get over what is short");
        (await page.ContentAsync()).ShouldNotContain("very-secret");
    }

    [Fact]
    public async Task Replay_leads_to_the_new_run_which_names_the_old_one()
    {
        var run = await RunAsync(new { runAt = DateTimeOffset.UtcNow.AddDays(300).ToString("O"), api = dashboard.Receiver.Url + "/replayed" });
        await using var visit = await dashboard.OpenAsync($"/ui/executions/{run}");
        var page = visit.Page;

        await page.GetByRole(AriaRole.Button, new() { Name = "Replay" }).ClickAsync();
        await Expect(page).Not.ToHaveURLAsync(new Regex(run));
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "About this run" })).ToContainTextAsync($"Replay of {run}");
        await Expect(page.Locator(".summary")).ToContainTextAsync("It succeeded");
        await page.GetByRole(AriaRole.Link, new() { Name = "Previous run" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex(run));
    }

    private async Task<string> RunAsync(object job)
    {
        var id = await dashboard.Api.CreateAsync(job);
        var answer = await dashboard.Api.SendAsync(HttpMethod.Post, $"/jobs/{id}/run");
        return answer["executionId"]!.GetValue<string>();
    }

    private static ILocator Request(IPage page) => page.GetByRole(AriaRole.Region, new() { Name = "Request" });

    private static ILocator Response(IPage page) => page.GetByRole(AriaRole.Region, new() { Name = "Response" });
}
