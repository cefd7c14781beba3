using JobScheduler.Domain.Alerts;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Commands;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Projections.Alerts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Alerts;

internal static class AcknowledgeAlertEndpoint
{
    private const int MaxNoteLength = 1_000;
    private static readonly RequestField<Guid> AlertId = RequestField.Id("id", "The alert.");

    private static readonly FieldTable<AcknowledgeRequest> Fields = new(("note", (request, f) => request with { Note = Note(f) }));

    public static void MapAcknowledgeAlert(this IEndpointRouteBuilder alerts) => alerts.MapPost("/{id}/acknowledge", HandleAsync)
        .Accepts<AcknowledgeRequest>(isOptional: true, "application/json")
        .Takes(AlertId)
        .InEitherStyle()
        .Describe("Acknowledge an alert", "Somebody takes care of it. A second time, or once it is resolved, changes nothing.", 400, 404, 409, 412, 413, 415, 503);

    private static async Task<Results<Ok<AlertView>, Problem>> HandleAsync(
        HttpContext http, PostgresEventStore store, AlertQueries alerts, CancellationToken cancellation)
    {
        var id = AlertId.Of(http);
        var (request, refusal) = await CommandRequest<AcknowledgeRequest>.ReadAsync(http.Request, Fields, new(), cancellation);
        if (request is null) return refusal!;

        var outcome = await store.ExecuteAsync<Alert>(
            id,
            Streams.Alert,
            request.Precondition,
            alert => new(alert is null
                ? Verdict.Refuse(Refusals.AlertNotFound(id))
                : Verdict.Append(AcknowledgeAlert.Decide(alert.State, request.Body.Note) is { } @event ? [@event] : [])),
            CommandShell.MetadataOf(http),
            cancellation);
        if (outcome.Refusal is not null) return outcome.Refusal;
        return TypedResults.Ok(AlertView.Of((await alerts.FindAsync(id, cancellation))!));
    }

    private static string? Note(JsonField field) => field.Text() switch
    {
        { Length: > MaxNoteLength } => field.Fault<string?>(null, $"Give at most {MaxNoteLength} characters."),
        var note => note,
    };
}
