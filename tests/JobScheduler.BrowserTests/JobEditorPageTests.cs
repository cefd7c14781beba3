using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace JobScheduler.BrowserTests;

public sealed class JobEditorPageTests(Dashboard dashboard)
{
    [Fact]
    public async Task Job_is_created_by_typing_with_words_and_times_shown_meanwhile()
    {
        var name = $"typed-{Guid.NewGuid():N}";
        await using var visit = await dashboard.OpenAsync("/ui/jobs/new");
        var page = visit.Page;

        await page.GetByLabel("Cron expression").FillAsync("30 2 * * *");
        await page.GetByRole(AriaRole.Button, new() { Name = "Mine: Europe/Vienna" }).ClickAsync();
        await Expect(page.Locator("#insight")).ToContainTextAsync("At 02:30 every day in Europe/Vienna");
        await Expect(page.Locator("#insight tbody tr")).ToHaveCountAsync(10);
        await Expect(page.Locator("#insight tbody tr").First).ToContainTextAsync("02:30:00");
        await Expect(page.Locator("#insight")).ToContainTextAsync("The clock goes forward from 02:00 to 03:00: 02:30 does not come");
        await page.GetByLabel("second", new() { Exact = true }).FillAsync("*/5");
        await page.GetByLabel("minute", new() { Exact = true }).FillAsync("*");
        await page.GetByLabel("hour", new() { Exact = true }).FillAsync("*");
        await Expect(page.GetByLabel("Cron expression")).ToHaveValueAsync("*/5 * * * * *");
        await Expect(page.Locator("#insight")).ToContainTextAsync("Every 5 seconds in Europe/Vienna");

        await page.GetByLabel("URL").FillAsync(dashboard.Receiver.Url + "/editor-typed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a header" }).ClickAsync();
        await page.GetByLabel("Header name").FillAsync("Authorization");
        await page.GetByLabel("Header value").FillAsync("Bearer s3cr3t");
        await page.GetByLabel("Body").FillAsync("""{"a":1}""");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Name", Exact = true }).FillAsync(name);
        await page.GetByLabel("Tags").FillAsync("one, \"two, three\"");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();

        await page.WaitForURLAsync(url => Guid.TryParse(url.Split('/')[^1], out _));
        var call = (await dashboard.Receiver.WaitForAsync("/editor-typed", 1))[0];
        call.Headers["Authorization"].ShouldBe("Bearer s3cr3t");
        call.Body.ShouldBe("""{"a":1}""");
        var job = await JobAsync(page.Url.Split('/')[^1]);
        ((string)job["name"]!).ShouldBe(name);
        job["tags"]!.AsArray().Select(tag => (string)tag!).ShouldBe(["one", "two, three"]);
    }

    [Fact]
    public async Task Mistakes_are_told_at_their_fields_in_the_words_of_the_api()
    {
        await using var visit = await dashboard.OpenAsync("/ui/jobs/new");
        var page = visit.Page;
        await Expect(page.Locator("p.problem:visible")).ToHaveCountAsync(0);

        await page.GetByLabel("Cron expression").FillAsync("0 25 * * *");
        await Expect(page.Locator("#e-schedule")).ToHaveTextAsync("Hours: '25' is outside 0-23.");
        await Expect(page.GetByLabel("Cron expression")).ToHaveAttributeAsync("aria-invalid", "true");
        await page.GetByLabel("Attempts").FillAsync("many");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();

        await Expect(page.Locator("#e-api")).ToContainTextAsync("Required: the absolute URL to call");
        await Expect(page.Locator("[id='e-retry.maxAttempts']")).ToContainTextAsync("Give a whole number");
        await Expect(page.GetByLabel("Cron expression")).ToBeFocusedAsync();
        await page.GetByLabel("Cron expression").FillAsync("0 2 * * *");
        await Expect(page.Locator("#e-schedule")).ToBeHiddenAsync();
        await page.GetByLabel("Once").CheckAsync();
        await Expect(page.Locator("#e-runAt")).ToContainTextAsync("Give either");
    }

    [Fact]
    public async Task Edit_shows_what_will_change_and_what_others_changed_before_it_saves()
    {
        var id = await dashboard.Api.CreateAsync(new
        {
            schedule = "0 0 1 1 *", api = dashboard.Receiver.Url + "/editor-edit", headers = new { Authorization = "Bearer k3pt" }, name = $"edit-{Guid.NewGuid():N}",
            connectTimeout = "1m30s",
        });
        await using var visit = await dashboard.OpenAsync($"/ui/jobs/{id}/edit");
        var page = visit.Page;
        await Expect(page.GetByLabel("Header value")).ToHaveValueAsync("***");
        await Expect(page.GetByLabel("Connect timeout")).ToHaveValueAsync("1m30s");

        await page.GetByLabel("Cron expression").FillAsync("0 9 LW * *");
        await page.GetByLabel("After an outage").SelectOptionAsync("SKIP");
        await ChangeAsync(id, new { timeout = "7s" });
        await page.GetByRole(AriaRole.Button, new() { Name = "Save…" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync("since you opened this page");
        await Expect(dialog.GetByRole(AriaRole.Row).Filter(new() { HasText = "timeout" })).ToContainTextAsync("7s");
        await Expect(dialog.GetByRole(AriaRole.Row).Filter(new() { HasText = "schedule" })).ToContainTextAsync("at 09:00 on the last weekday of the month");
        await Expect(dialog.GetByRole(AriaRole.Row).Filter(new() { HasText = "misfire" })).ToContainTextAsync("FIRE_ONCE");
        // Somebody is faster than the answer to the dialog: what that changed is shown first.
        await ChangeAsync(id, new { method = "PUT" });
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Row).Filter(new() { HasText = "method" })).ToContainTextAsync("PUT");
        visit.ForgiveFaults();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await page.WaitForURLAsync($"**/ui/jobs/{id}");
        var job = await JobAsync(id);
        ((string)job["schedule"]!).ShouldBe("0 9 LW * *");
        ((string)job["misfire"]!).ShouldBe("SKIP");
        ((string)job["timeout"]!).ShouldBe("7s");
        ((string)job["method"]!).ShouldBe("PUT");
        job["headers"]!.AsObject().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Test_call_shows_the_answer_and_sends_the_kept_header()
    {
        dashboard.Receiver.Answer("/editor-try", async context =>
        {
            context.Response.StatusCode = 418;
            await context.Response.WriteAsync("short and stout");
        });
        var id = await dashboard.Api.CreateAsync(new
        {
            schedule = "0 0 1 1 *", api = dashboard.Receiver.Url + "/elsewhere", headers = new Dictionary<string, string> { ["X-Key"] = "k3pt-s3cr3t" },
        });
        await using var visit = await dashboard.OpenAsync($"/ui/jobs/new?from={id}");
        var page = visit.Page;

        await page.GetByLabel("URL").FillAsync(dashboard.Receiver.Url + "/editor-try");
        await page.GetByRole(AriaRole.Button, new() { Name = "Test call" }).ClickAsync();

        var result = page.Locator("#test-result");
        await Expect(result).ToContainTextAsync("failure");
        await Expect(result).ToContainTextAsync("418");
        await Expect(result).ToContainTextAsync("short and stout");
        (await dashboard.Receiver.WaitForAsync("/editor-try", 1))[0].Headers["X-Key"].ShouldBe("k3pt-s3cr3t");
    }

    private Task<JsonNode> JobAsync(string id) => dashboard.Api.GetAsync($"/jobs/{id}");

    private Task<JsonNode> ChangeAsync(string id, object change) => dashboard.Api.SendAsync(HttpMethod.Put, $"/jobs/{id}", change);
}
