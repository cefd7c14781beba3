using JobScheduler.Testing;
using Microsoft.Playwright;
using Npgsql;
using static Microsoft.Playwright.Assertions;

namespace JobScheduler.BrowserTests;

public sealed class ProjectionsPageTests(Dashboard dashboard, PostgresFixture postgres)
{
    [Fact]
    public async Task Rebuild_shows_its_progress_can_be_cancelled_and_tells_which_rows_differed()
    {
        await using var host = await OwnHost.StartAsync(postgres);
        var job = await host.Api.CreateAsync(new { schedule = "0 0 0 1 1 *", api = "http://127.0.0.1:9/never", name = "as logged" });
        await using var database = NpgsqlDataSource.Create(host.ConnectionString);
        await using var visit = await dashboard.OpenAsync("/ui/projections", url: host.Url);
        var page = visit.Page;
        var model = page.GetByRole(AriaRole.Article, new() { Name = "jobs" });
        await Expect(model).ToContainTextAsync("Never rebuilt.");

        // It cannot come to its end while somebody has the lock of all appends.
        await using (var connection = await database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var take = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended('jobscheduler.append', 0))", connection);
            await take.ExecuteNonQueryAsync();
            await model.GetByRole(AriaRole.Button, new() { Name = "Rebuild" }).ClickAsync();
            await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Rebuild" }).ClickAsync();
            await Expect(model.GetByRole(AriaRole.Progressbar)).ToBeVisibleAsync();
            await Expect(model).ToContainTextAsync("events replayed");
            await model.GetByRole(AriaRole.Button, new() { Name = "Cancel the rebuild" }).ClickAsync();
            await Expect(model.Locator(".badge").Nth(1)).ToHaveTextAsync("cancelled");
        }

        await using (var tamper = database.CreateCommand("update jobscheduler.jobs set definition = jsonb_set(definition, '{name}', '\"by hand\"')"))
            await tamper.ExecuteNonQueryAsync();
        await model.GetByRole(AriaRole.Button, new() { Name = "Only compare" }).ClickAsync();
        await Expect(model.Locator(".badge").Nth(1)).ToHaveTextAsync("compared");
        await Expect(model).ToContainTextAsync("Rows differed");
        await model.Locator("details > summary").ClickAsync();
        await Expect(model).ToContainTextAsync($"id {job}");
        await Expect(model.GetByRole(AriaRole.Row).Filter(new() { HasText = "name" }).Last).ToContainTextAsync("by handas logged");

        await model.GetByRole(AriaRole.Button, new() { Name = "Go on and swap" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Go on and swap" }).ClickAsync();
        await Expect(model.Locator(".badge").Nth(1)).ToHaveTextAsync("swapped");
        (await host.Api.GetAsync($"/jobs/{job}"))["name"]!.GetValue<string>().ShouldBe("as logged");
    }
}
