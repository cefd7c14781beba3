using JobScheduler.Testing;

namespace JobScheduler.FaultTests;

public sealed class AlertSinkTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Every_alert_is_delivered_or_its_failure_recorded_when_the_sink_is_down_for_long_and_the_host_dies_meanwhile()
    {
        await using var cluster = await Cluster.StartAsync(postgres, ("Alerts__FirstRetryDelay", "00:00:00.200"), ("Alerts__GiveUpAfter", "00:00:20"));
        var receiver = cluster.Receiver;
        receiver.Answer("/fails", 500);
        receiver.Answer("/hook", 503);
        receiver.Answer("/gone", 410);
        receiver.Answer("/never", 503);
        foreach (var sink in (string[])["/hook", "/gone", "/never"])
            await cluster.Jobs.CreateAsync(new { schedule = "* * * * * *", api = receiver.Url + "/fails", alertWebhook = receiver.Url + sink });
        await receiver.WaitForAsync("/hook", 4);

        await cluster.KillHostAsync("killed while the sink was down");
        await receiver.WaitForAsync("/hook", receiver.CallsOf("/hook").Count + 1);
        receiver.Answer("/hook", 200);
        foreach (var job in await cluster.Api.JobsAsync()) await cluster.Jobs.PauseAsync(job);

        await cluster.CheckAsync();
        (await DeliveriesAsync("alert_delivered")).ShouldBePositive();
        (await DeliveriesAsync("alert_delivery_failed")).ShouldBePositive();
        (await cluster.CountAsync("select count(*) from jobscheduler.mt_events where type = 'alert_delivery_failed' and data->>'attempts' = '1'"))
            .ShouldBePositive();

        Task<long> DeliveriesAsync(string type) => cluster.CountAsync($"select count(*) from jobscheduler.mt_events where type = '{type}'");
    }
}
