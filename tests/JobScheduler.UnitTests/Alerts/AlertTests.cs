using JobScheduler.Domain.Alerts;

namespace JobScheduler.UnitTests.Alerts;

public sealed class AlertTests
{
    private static readonly AlertEvent Raised = AlertSamples.Raised;
    private static readonly AlertEvent Resolved = AlertSamples.Resolved;
    private static readonly AlertEvent Acknowledged = new AlertAcknowledged("mine");
    private static readonly AlertEvent Delivered = new AlertDelivered(AlertMessage.JobFailed, 1, 204);
    private static readonly AlertEvent Tried = new AlertDeliveryAttemptFailed(AlertMessage.JobFailed, 1, 503, "The answer was 503.", AlertSamples.Noon);
    private static readonly AlertEvent RecoveryDelivered = new AlertDelivered(AlertMessage.JobRecovered, 1, 204);
    private static readonly AlertEvent Asked = new AlertRedeliveryRequested(AlertSamples.JobId, AlertMessage.JobFailed, "https://example.com/alerts");
    private static readonly AlertEvent NotDelivered = new AlertDeliveryFailed(AlertMessage.JobFailed, 9, "Connection refused.");

    public static TheoryData<AlertEvent[], AlertState> Possible => new()
    {
        { [Raised], AlertState.Open },
        { [Raised, Acknowledged], AlertState.Acknowledged },
        { [Raised, Resolved], AlertState.Resolved },
        { [Raised, Acknowledged, Resolved], AlertState.Resolved },
        // A delivery takes its time, and may end in any state.
        { [Raised, Delivered], AlertState.Open },
        { [Raised, NotDelivered], AlertState.Open },
        { [Raised, Acknowledged, Delivered], AlertState.Acknowledged },
        { [Raised, Resolved, Delivered, NotDelivered], AlertState.Resolved },
    };

    public static TheoryData<AlertEvent[], AlertEvent> Impossible => new()
    {
        { [], Acknowledged },
        { [], Resolved },
        { [], Delivered },
        { [], NotDelivered },
        { [], Tried },
        { [], Asked },
        { [Raised], Raised },
        { [Raised, Acknowledged], Acknowledged },
        { [Raised, Resolved], Acknowledged },
        { [Raised, Resolved], Resolved },
        { [Raised, Resolved], Raised },
    };

    [Theory]
    [MemberData(nameof(Possible), DisableDiscoveryEnumeration = true)]
    public void Alert_is_what_its_events_say(AlertEvent[] events, AlertState state)
    {
        var alert = Fold(events)!;

        (alert.Raised, alert.State).ShouldBe((AlertSamples.Raised, state));
    }

    public static TheoryData<AlertEvent[], bool, bool> Pending => new()
    {
        { [Raised], true, false },
        { [AlertSamples.Raised with { Webhook = null }], false, false },
        { [Raised, Tried], true, false },
        { [Raised, Delivered], false, false },
        { [Raised, NotDelivered], false, false },
        { [Raised, NotDelivered, Asked], true, false },
        { [Raised, NotDelivered, Asked, Delivered], false, false },
        { [Raised, Resolved], true, true },
        { [Raised, Delivered, Resolved], false, true },
        { [Raised, Delivered, Resolved, RecoveryDelivered], false, false },
        { [Raised, Delivered, AlertSamples.Resolved with { Webhook = null }], false, false },
    };

    [Theory]
    [MemberData(nameof(Pending), DisableDiscoveryEnumeration = true)]
    public void Messages_are_pending_until_taken_or_given_up(AlertEvent[] events, bool opening, bool recovery)
    {
        var alert = Fold(events)!;

        (alert.IsPending(AlertMessage.JobFailed), alert.IsPending(AlertMessage.JobRecovered)).ShouldBe((opening, recovery));
    }

    [Theory]
    [MemberData(nameof(Impossible), DisableDiscoveryEnumeration = true)]
    public void Evolve_throws_when_the_event_cannot_follow(AlertEvent[] before, AlertEvent next) =>
        Should.Throw<InvalidOperationException>(() => Alert.Evolve(Fold(before), next)).Message.ShouldContain(next.GetType().Name);

    private static Alert? Fold(AlertEvent[] events) => events.Aggregate((Alert?)null, Alert.Evolve);
}
