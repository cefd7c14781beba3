using System.Net.Http.Json;
using System.Text.Json.Nodes;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Health;
using JobScheduler.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace JobScheduler.IntegrationTests.Scheduling;

public sealed class InvariantScanTests(PostgresFixture postgres)
{
    private static readonly (string, string)[] Impatient = [("Invariants:Grace", "5s"), ("Invariants:Interval", "1s")];

    [Fact]
    public async Task Nothing_is_found_while_jobs_run_fail_and_are_told_of()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, Impatient);
        host.Receiver.Answer("/fails", 500);
        await host.CreateAsync(host.Definition("/works"));
        await host.CreateAsync(host.Definition("/fails") with { Alerting = Alerting.Default with { Webhook = host.Receiver.Url + "/hook" } });
        await host.CreateAsync(host.Definition("/rarely", "0 0 0 1 1 *"));

        await host.Receiver.WaitForAsync("/works", 8);
        await host.Receiver.WaitForAsync("/hook", 8);

        (await host.Services.GetRequiredService<InvariantScanner>().ScanAsync(CancellationToken.None)).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Missing_scheduler_is_found_and_gone_once_another_node_schedules()
    {
        await using var host = await SchedulingHost.StartAsync(postgres, [("Scheduler:Enabled", "false"), ("Invariants:Grace", "1s"), ("Invariants:Interval", "1s")]);
        using var http = host.Http;
        Task<JsonNode> UntilAsync(Func<JsonArray, bool> wanted) => host.UntilAsync(
            async () => (await http.GetFromJsonAsync<JsonNode>("/health/invariants"))!, node => wanted(node["findings"]!.AsArray()));

        var found = await UntilAsync(findings => findings.Count > 0);
        ((string)found["status"]!, (string)found["findings"]![0]!["kind"]!, (int)found["counts"]!["NO_SCHEDULER"]!).ShouldBe(("VIOLATED", "NO_SCHEDULER", 1));

        await using var second = host.StartSecondNode(("Scheduler:Enabled", "true"));
        ((string)(await UntilAsync(findings => findings.Count == 0))["status"]!).ShouldBe("OK");
    }
}
