using JobScheduler.Domain.Alerts;

namespace JobScheduler.UnitTests.Alerts;

public sealed class RedeliverAlertTests
{
    private const string JobWebhook = "https://example.com/mended";

    private static readonly Alert Told = new(AlertSamples.Raised, AlertState.Open);

    [Fact]
    public void Message_goes_to_the_webhook_that_the_job_has_now() =>
        RedeliverAlert.Decide(Told, AlertMessage.JobFailed, JobWebhook)
            .ShouldBe(new(new(AlertSamples.JobId, AlertMessage.JobFailed, JobWebhook), null));

    [Fact]
    public void Message_goes_where_it_went_before_when_the_job_has_no_webhook_any_more() =>
        RedeliverAlert.Decide(Told, AlertMessage.JobFailed, null).Event!.Webhook.ShouldBe(AlertSamples.Raised.Webhook);

    [Fact]
    public void Refused_when_there_is_no_webhook_at_all() =>
        RedeliverAlert.Decide(Told with { Raised = AlertSamples.Raised with { Webhook = null } }, AlertMessage.JobFailed, null)
            .ShouldBe(new(null, RedeliveryRejection.NoWebhook));

    [Theory]
    [InlineData(AlertMessage.JobFailed, true, false)]
    [InlineData(AlertMessage.JobRecovered, false, true)]
    public void Refused_while_the_message_is_being_delivered(AlertMessage message, bool opening, bool recovery) =>
        RedeliverAlert.Decide(Told with { State = AlertState.Resolved, OpeningIsPending = opening, RecoveryIsPending = recovery }, message, JobWebhook)
            .ShouldBe(new(null, RedeliveryRejection.StillPending));

    [Theory]
    [InlineData(AlertState.Open)]
    [InlineData(AlertState.Acknowledged)]
    public void Refused_when_there_is_no_recovery_to_tell_of(AlertState state) =>
        RedeliverAlert.Decide(Told with { State = state }, AlertMessage.JobRecovered, JobWebhook)
            .ShouldBe(new(null, RedeliveryRejection.NotResolved));

    [Fact]
    public void Recovery_is_told_again_when_the_alert_is_resolved() =>
        RedeliverAlert.Decide(Told with { State = AlertState.Resolved, OpeningIsPending = true }, AlertMessage.JobRecovered, JobWebhook)
            .Event.ShouldBe(new(AlertSamples.JobId, AlertMessage.JobRecovered, JobWebhook));
}
