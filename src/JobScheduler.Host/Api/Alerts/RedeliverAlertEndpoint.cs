using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Commands;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Projections.Alerts;
using JobScheduler.Projections.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Alerts;

/// <param name="Recovery">Whether to tell of the recovery instead of the alert. Default false.</param>
internal sealed record RedeliverRequest(bool? Recovery = null);

internal static class RedeliverAlertEndpoint
{
    private static readonly RequestField<Guid> AlertId = RequestField.Id("id", "The alert.");

    private static readonly FieldTable<RedeliverRequest> Fields = new(("recovery", (request, f) => request with { Recovery = f.Flag(absent: false) }));

    public static void MapRedeliverAlert(this IEndpointRouteBuilder alerts) => alerts.MapPost("/{id}/redeliver", HandleAsync)
        .Accepts<RedeliverRequest>(isOptional: true, "application/json")
        .Takes(AlertId)
        .InEitherStyle()
        .Describe(
            "Deliver an alert again",
            "To the job's webhook of now, whether the message was taken or given up before, under the same webhook-id. The Location shows how it goes. "
            + "409 while a delivery is under way, when there is no webhook, and for a recovery that has not happened.",
            400, 404, 409, 412, 413, 415, 503);

    private static async Task<Results<Accepted<AlertView>, Problem>> HandleAsync(
        HttpContext http, PostgresEventStore store, JobQueries jobs, AlertQueries alerts, CancellationToken cancellation)
    {
        var id = AlertId.Of(http);
        var (request, refusal) = await CommandRequest<RedeliverRequest>.ReadAsync(http.Request, Fields, new(), cancellation);
        if (request is null) return refusal!;

        var outcome = await store.ExecuteAsync<Alert>(
            id,
            Streams.Alert,
            request.Precondition,
            async alert =>
            {
                if (alert is null) return Verdict.Refuse(Refusals.AlertNotFound(id));
                var message = request.Body.Recovery == true ? AlertMessage.JobRecovered : Alert.OpeningOf(alert.State.Raised);
                var decision = RedeliverAlert.Decide(alert.State, message, await WebhookOfAsync(jobs, alert.State.Raised.JobId, cancellation));
                return decision.Event is { } @event ? Verdict.Append(@event) : Verdict.Refuse(RefusalOf(decision.Rejection!.Value, id, alert.State));
            },
            CommandShell.MetadataOf(http),
            cancellation);
        if (outcome.Refusal is not null) return outcome.Refusal;
        return TypedResults.Accepted($"/alerts/{id}/deliveries", AlertView.Of((await alerts.FindAsync(id, cancellation))!));
    }

    private static async Task<string?> WebhookOfAsync(JobQueries jobs, Guid jobId, CancellationToken cancellation) =>
        await jobs.FindAsync(jobId, cancellation) is { State: not JobState.Deleted } job ? job.Definition.Alerting.Webhook : null;

    private static Problem RefusalOf(RedeliveryRejection reason, Guid id, Alert alert) => reason switch
    {
        RedeliveryRejection.StillPending => Refusals.DeliveryPending(id),
        RedeliveryRejection.NotResolved => Refusals.AlertNotResolved(id),
        RedeliveryRejection.NoWebhook => Refusals.NoWebhook(alert.Raised.JobId),
        _ => throw new InvalidOperationException($"Unknown rejection {reason}."),
    };
}
