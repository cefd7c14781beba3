using JobScheduler.Domain.Executions;
using JobScheduler.Host.Dashboard.Overview;
using JobScheduler.IntegrationTests.Api;
using JobScheduler.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace JobScheduler.IntegrationTests.Dashboard;

public sealed class OverviewPageTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Trouble_is_active_jobs_that_fail_and_alerts_that_are_open()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var situation = host.Factory.Services.GetRequiredService<Situation>();
        await ApiClient.UntilAsync(() => situation.StockAsync(Patience, cancellation), stock => stock is { Jobs: 0 });
        using (var answer = await host.AnswerAsync(HttpMethod.Get, "/"))
            (await answer.Content.ReadAsStringAsync(cancellation)).ShouldContain("Create the first job");

        var at = DateTimeOffset.UtcNow.AddMinutes(-5);
        var (often, once) = (await FailingJobAsync("often", 3), await FailingJobAsync("<b>once", 1));
        var paused = await FailingJobAsync("paused", 2);
        await host.SendAsync(HttpMethod.Post, $"/jobs/{paused}/pause");
        await FailingJobAsync("recovered", 2, recovers: true);
        var trouble = await ApiClient.UntilAsync(() => situation.TroubleAsync(Patience, cancellation), trouble => trouble?.Failing.Count > 0);

        trouble!.Failing.First.Select(j => (j.Id, j.Progress!.ConsecutiveFailures)).ShouldBe([(often, 3), (once, 1)]);
        trouble.Failing.Count.ShouldBe(2);
        trouble.Open.Count.ShouldBe(0);
        var stock = await ApiClient.UntilAsync(() => situation.StockAsync(Patience, cancellation), stock => stock?.Paused == 1);
        stock!.Active.ShouldBe(3);
        stock.Nodes.ShouldContain(node => node.IsThis && !node.Schedules && node.Name.EndsWith($":{Environment.ProcessId}", StringComparison.Ordinal));

        using var page = await host.AnswerAsync(HttpMethod.Get, "/");
        var html = await page.Content.ReadAsStringAsync(cancellation);
        html.ShouldContain("2 jobs are failing");
        html.ShouldContain("&lt;b&gt;once");
        html.ShouldNotContain("<b>once");

        async Task<Guid> FailingJobAsync(string name, int failures, bool recovers = false)
        {
            var job = await host.CreateJobAsync(new { name });
            for (var n = 0; n < failures; n++)
            {
                var instant = at.AddSeconds(n);
                await host.AppendAsync(
                    ExecutionId.Of(job, instant),
                    new ExecutionScheduled(job, instant),
                    new ExecutionFailed(job, instant, ExecutionTrigger.Schedule, new(1, instant, 1, 0, 500, FailureKind.StatusCode, "The answer was 500.")));
            }

            if (!recovers) return job;
            var last = at.AddSeconds(failures);
            await host.AppendAsync(
                ExecutionId.Of(job, last),
                new ExecutionScheduled(job, last),
                new ExecutionCompleted(job, last, ExecutionTrigger.Schedule, new(1, last, 1, 0, 200)));
            return job;
        }
    }
}
