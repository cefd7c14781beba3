using JobScheduler.Domain.Alerts;

namespace JobScheduler.UnitTests.Alerts;

public sealed class AcknowledgeAlertTests
{
    [Theory]
    [InlineData("mine")]
    [InlineData(null)]
    public void Alert_is_acknowledged_with_the_note_when_open(string? note) =>
        AcknowledgeAlert.Decide(new Alert(AlertSamples.Raised, AlertState.Open), note).ShouldBe(new AlertAcknowledged(note));

    [Theory]
    [InlineData(AlertState.Acknowledged)]
    [InlineData(AlertState.Resolved)]
    public void Nothing_changes_when_the_alert_is_not_open(AlertState state) =>
        AcknowledgeAlert.Decide(new Alert(AlertSamples.Raised, state), "again").ShouldBeNull();
}
