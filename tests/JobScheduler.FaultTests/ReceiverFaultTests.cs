using System.Net;
using System.Net.Sockets;
using JobScheduler.Checker;
using JobScheduler.Testing;
using Microsoft.AspNetCore.Http;

namespace JobScheduler.FaultTests;

/// <summary>Receivers that do what they should not; none of them may disturb another job, and each ends as recorded.</summary>
public sealed class ReceiverFaultTests(PostgresFixture postgres)
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public async Task Misbehaving_receivers_disturb_nobody_and_are_recorded_as_what_they_did()
    {
        await using var cluster = await Cluster.StartAsync(postgres);
        var receiver = cluster.Receiver;
        receiver.Answer("/hangs", context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        receiver.Answer("/drips", DripAsync);
        receiver.Answer("/floods", FloodAsync);
        receiver.Answer("/resets", context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        receiver.Answer("/redirects", context =>
        {
            context.Response.Redirect(receiver.Url + "/redirected");
            return Task.CompletedTask;
        });
        var busy = 0;
        receiver.Answer("/busy", context =>
        {
            if (Interlocked.Increment(ref busy) == 1) (context.Response.StatusCode, context.Response.Headers.RetryAfter) = (429, "2");
            return Task.CompletedTask;
        });

        await CreateAsync("/steady", new { });
        var hangs = await CreateAsync("/hangs", new { timeout = "1500ms" });
        var drips = await CreateAsync("/drips", new { timeout = "1500ms" });
        var floods = await CreateAsync("/floods", new { });
        var resets = await CreateAsync("/resets", new { });
        var redirects = await CreateAsync("/redirects", new { });
        var follows = await CreateAsync("/redirects", new { followRedirects = true });
        var refused = await cluster.Jobs.CreateAsync(new { schedule = "* * * * * *", api = $"http://127.0.0.1:{FreePort()}/" });
        var waits = await cluster.Jobs.CreateAsync(
            new { schedule = "0 0 0 1 1 *", api = receiver.Url + "/busy", retry = new { maxAttempts = 3, initialDelay = "100ms", jitter = false } });
        await cluster.Jobs.RunAsync(waits);
        await receiver.WaitForAsync("/steady", 8);

        var report = await cluster.CheckAsync();

        report.WorstLateness.ShouldBeLessThan(TimeSpan.FromSeconds(1));
        report.Count(Fate.NotReached).ShouldBePositive();
        (await OutcomesAsync(hangs)).ShouldBe(["TIMEOUT"]);
        (await OutcomesAsync(drips)).ShouldBe(["TIMEOUT"]);
        (await OutcomesAsync(floods)).ShouldBe(["COMPLETED"]);
        (await OutcomesAsync(resets)).ShouldBe(["CONNECTION"]);
        (await OutcomesAsync(redirects)).ShouldBe(["STATUS_CODE"]);
        (await OutcomesAsync(follows)).ShouldBe(["COMPLETED"]);
        (await OutcomesAsync(refused)).ShouldBe(["CONNECTION"]);
        (await OutcomesAsync(waits)).ShouldBe(["COMPLETED"]);
        var tries = receiver.CallsOf("/busy");
        tries.Select(c => c.Attempt).ShouldBe([1, 2]);
        (tries[1].ArrivedAt - tries[0].ArrivedAt).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(2));

        Task<Guid> CreateAsync(string path, object more) => cluster.Jobs.CreateAsync(With(more, ("schedule", "* * * * * *"), ("api", receiver.Url + path)));

        async Task<IEnumerable<string>> OutcomesAsync(Guid job) => (await cluster.Api.ExecutionsAsync(job.ToString()))
            .Select(e => e["failure"]?.GetValue<string>() ?? e["status"]!.GetValue<string>()).Where(o => o != "OPEN").Distinct();
    }

    private static Dictionary<string, object?> With(object more, params (string Key, object Value)[] fields)
    {
        var all = more.GetType().GetProperties().ToDictionary(p => p.Name, p => p.GetValue(more));
        foreach (var (key, value) in fields) all[key] = value;
        return all;
    }

    private static async Task DripAsync(HttpContext context)
    {
        while (true)
        {
            await context.Response.Body.WriteAsync("."u8.ToArray(), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(TimeSpan.FromSeconds(1), context.RequestAborted);
        }
    }

    private static async Task FloodAsync(HttpContext context)
    {
        var block = new byte[Megabyte];
        try
        {
            for (var sent = 0; sent < 100; sent++) await context.Response.Body.WriteAsync(block, context.RequestAborted);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The caller has read enough.
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
