using JobScheduler.Domain.Alerts;

namespace JobScheduler.UnitTests.Alerts;

public sealed class AlertTests
{
    private static readonly AlertEvent Raised = AlertSamples.Raised;
    private static readonly AlertEvent Resolved = AlertSamples.Resolved;
    private static readonly AlertEvent Acknowledged = new AlertAcknowledged("mine");
    private static readonly AlertEvent Delivered = new AlertDelivered(AlertMessage.JobFailed, 1, 204);
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
        { [Raised], Raised },
        { [Raised, Acknowledged], Acknowledged },
        { [Raised, Resolved], Acknowledged },
        { [Raised, Resolved], Resolved },
        { [Raised, Resolved], Raised },
    };

    [Theory]
    [MemberData(nameof(Possible), DisableDiscoveryEnumeration = true)]
    public void Alert_is_what_its_events_say(AlertEvent[] events, AlertState state) => Fold(events).ShouldBe(new Alert(AlertSamples.Raised, state));

    [Theory]
    [MemberData(nameof(Impossible), DisableDiscoveryEnumeration = true)]
    public void Evolve_throws_when_the_event_cannot_follow(AlertEvent[] before, AlertEvent next) =>
        Should.Throw<InvalidOperationException>(() => Alert.Evolve(Fold(before), next)).Message.ShouldContain(next.GetType().Name);

    private static Alert? Fold(AlertEvent[] events) => events.Aggregate((Alert?)null, Alert.Evolve);
}
