using JobScheduler.Domain.Alerts;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Projections.Alerts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Alerts;

internal static class ListDeliveriesEndpoint
{
    private static readonly RequestField<Guid> AlertId = RequestField.Id("id", "The alert.");

    public static void MapListDeliveries(this IEndpointRouteBuilder alerts) => alerts.MapGet("/{id}/deliveries", HandleAsync)
        .Takes(AlertId)
        .InEitherStyle()
        .Describe(
            "List an alert's deliveries",
            "What its webhook was to be told, with each attempt, oldest first; empty when there is no webhook.", 400, 404, 503);

    private static async Task<Results<Ok<IReadOnlyList<DeliveryView>>, Problem>> HandleAsync(
        HttpContext http, PostgresEventStore store, AlertOutbox outbox, CancellationToken cancellation)
    {
        var id = AlertId.Of(http);
        // Before the events: what ends in between is then shown as ended.
        var waiting = await outbox.WaitingOfAsync(id, cancellation);
        var events = await store.FetchStreamAsync(id, cancellationToken: cancellation);
        return events is [{ Data: AlertRaised }, ..]
            ? TypedResults.Ok<IReadOnlyList<DeliveryView>>(DeliveryView.Of(events, waiting))
            : Refusals.AlertNotFound(id);
    }
}
