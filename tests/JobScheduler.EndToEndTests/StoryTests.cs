using System.Text.Json.Nodes;
using JobScheduler.Testing;

namespace JobScheduler.EndToEndTests;

/// <summary>What a new user does, against the built host with a PostgreSQL of its own.</summary>
public sealed class StoryTests
{
    [Fact]
    public async Task Job_is_created_fires_is_changed_fails_alerts_and_is_all_there_after_a_restart()
    {
        await using var receiver = await Receiver.StartAsync();
        using var directory = new ServerDirectory();
        receiver.Answer("/broken", 500);

        string good, bad;
        using (var host = HostProcess.Start(directory))
        {
            using var api = await host.ApiAsync();
            good = await api.CreateAsync(new { schedule = "* * * * * *", api = receiver.Url + "/good", headers = new { Authorization = "Bearer s3cret" } });
            bad = await api.CreateAsync(new { schedule = "* * * * * *", api = receiver.Url + "/broken", alertWebhook = receiver.Url + "/hook" });

            (await receiver.WaitForAsync("/good", 2))[0].Headers["Authorization"].ShouldBe("Bearer s3cret");
            JsonNode.Parse((await receiver.WaitForAsync("/hook", 1))[0].Body)!["jobId"]!.GetValue<string>().ShouldBe(bad);
            (await api.GetAsync($"/alerts/{bad}")).AsArray().Count.ShouldBeGreaterThan(0);

            await api.SendAsync(HttpMethod.Put, $"/jobs/{good}", new { api = receiver.Url + "/moved" });
            await receiver.WaitForAsync("/moved", 2);
            await api.SendAsync(HttpMethod.Post, $"/jobs/{bad}/pause");
            (await host.StopAsync()).ShouldBe(0);
        }

        var before = receiver.CallsOf("/moved").Count;
        using var again = HostProcess.Start(directory);
        using var apiAgain = await again.ApiAsync();
        await receiver.WaitForAsync("/moved", before + 2);
        var history = await ApiClient.UntilAsync(() => apiAgain.ExecutionsAsync(good), e => e.Count(x => x["success"]?.GetValue<bool>() == true) >= before + 2);
        (await apiAgain.GetAsync($"/jobs/{bad}"))["state"]!.GetValue<string>().ShouldBe("PAUSED");
        history.Select(e => e["executionId"]!.GetValue<string>()).ShouldBeUnique();
        var ledger = await apiAgain.LedgerAsync(good, DateTimeOffset.UtcNow.AddSeconds(-2));
        ledger["unaccounted"].ShouldBe(0);
        (await again.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Call_under_way_at_shutdown_is_finished_and_recorded()
    {
        await using var receiver = await Receiver.StartAsync();
        using var directory = new ServerDirectory();
        var release = new TaskCompletionSource();
        receiver.Answer("/long", _ => release.Task);
        string job;
        using (var host = HostProcess.Start(directory, ("Scheduler__ShutdownGrace", "00:01:00")))
        {
            using var api = await host.ApiAsync();
            job = await api.CreateAsync(new { schedule = "0 0 0 1 1 *", api = receiver.Url + "/long" });
            await api.SendAsync(HttpMethod.Post, $"/jobs/{job}/run");
            await receiver.WaitForAsync("/long", 1);
            var stopping = host.StopAsync();
            release.SetResult();
            (await stopping).ShouldBe(0);
        }

        using var again = HostProcess.Start(directory);
        using var apiAgain = await again.ApiAsync();
        var execution = (await apiAgain.ExecutionsAsync(job)).ShouldHaveSingleItem();
        execution["status"]!.GetValue<string>().ShouldBe("COMPLETED");
        receiver.Calls.Count.ShouldBe(1);
    }
}
