using System.Diagnostics.Metrics;

namespace JobScheduler.Host.Alerts;

/// <summary>The meter <c>JobScheduler.Alerts</c>.</summary>
internal sealed class AlertMetrics : IDisposable
{
    private readonly Meter _meter = new("JobScheduler.Alerts");
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _givenUp;

    public AlertMetrics()
    {
        _attempts = _meter.CreateCounter<long>("jobscheduler.alert_attempts", description: "Attempts to deliver a message to a webhook.");
        _givenUp = _meter.CreateCounter<long>("jobscheduler.alerts_given_up", description: "Messages that no webhook took.");
    }

    public void Tried(WebhookAnswer answer) =>
        _attempts.Add(1, new KeyValuePair<string, object?>("outcome", answer.Error is null ? "taken" : "refused"));

    public void GivenUp(int messages) => _givenUp.Add(messages);

    public void Dispose() => _meter.Dispose();
}
