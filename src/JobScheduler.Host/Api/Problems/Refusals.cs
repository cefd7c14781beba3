using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using Npgsql;

namespace JobScheduler.Host.Api.Problems;

/// <summary>Every refusal that the API knows, and what it is in HTTP.</summary>
internal static class Refusals
{
    public static Problem Invalid(params IReadOnlyList<FieldError> errors) => new(
        400,
        "validation",
        "The request is not valid",
        errors.Count == 1 ? $"{errors[0].Field}: {errors[0].Message}" : $"{errors.Count} fields are wrong; 'errors' names each.",
        errors);

    public static Problem JobNotFound(Guid id) =>
        new(404, "job-not-found", "No such job", $"There is no job {id}.");

    public static Problem JobDeleted(Guid id) =>
        new(404, "job-deleted", "The job was deleted", $"The job {id} was deleted; its log is at /jobs/{id}/events.");

    public static Problem JobNotYet(Guid id, string when) =>
        new(404, "job-not-yet", "The job was not there", $"The job {id} had no such state: {when}");

    public static Problem ExecutionNotFound(Guid id) =>
        new(404, "execution-not-found", "No such execution", $"There is no execution {id}.");

    public static Problem ExecutionOpen(Guid id) =>
        new(409, "execution-open", "It has not ended", $"The execution {id} is still open; it can be replayed once it has an outcome.");

    public static Problem AlertNotFound(Guid id) =>
        new(404, "alert-not-found", "No such alert", $"There is no alert {id}.");

    public static Problem DeliveryPending(Guid alertId) =>
        new(409, "delivery-pending", "It is being delivered", $"The delivery has not ended; /alerts/{alertId}/deliveries shows its attempts and when the next is due.");

    public static Problem AlertNotResolved(Guid id) =>
        new(409, "alert-not-resolved", "The alert is not resolved", $"The alert {id} is not resolved, so there is no recovery to tell of.");

    public static Problem NoWebhook(Guid jobId) =>
        new(409, "no-webhook", "There is no webhook", $"Neither the alert nor its job has a webhook; give the job {jobId} an 'alertWebhook' first.");

    public static Problem ReadModelNotFound(string name, IEnumerable<string> known) =>
        new(404, "read-model-not-found", "No such read model", $"There is no read model '{name}'; there are {string.Join(", ", known)}.");

    public static Problem RebuildRunning(string name) =>
        new(409, "rebuild-running", "A rebuild is running", $"The read model '{name}' is being rebuilt already.");

    public static Problem RebuildCancelled(string name) =>
        new(409, "rebuild-cancelled", "It was cancelled", $"The rebuild of '{name}' was cancelled by another request; the live tables are as they were.");

    public static Problem RebuildNotFound(string name) =>
        new(404, "rebuild-not-found", "It was never rebuilt", $"The projection '{name}' was never rebuilt; POST here to do so.");

    public static Problem RebuildNotRunning(string name) =>
        new(409, "rebuild-not-running", "No rebuild to cancel", $"No rebuild of the projection '{name}' runs, was interrupted, or waits to be swapped.");

    public static Problem Contended(int attempts) =>
        new(409, "contended", "Too many writers", $"Others changed it at the same time, {attempts} times in a row; try again.");

    public static Problem Stale(long version) =>
        new(412, "stale", "It has changed", $"If-Match does not name the present version, which is \"{version}\"; fetch it and decide again.");

    public static Problem TooLarge { get; } =
        new(413, "too-large", "The request body is too large", $"A request body has at most {ApiLimits.MaxBodyBytes / 1024 / 1024} MiB.");

    public static Problem Unavailable { get; } =
        new(503, "unavailable", "The database cannot be reached", "PostgreSQL cannot be reached at the moment. What was asked for may be tried again.");

    public static Problem Stopping { get; } =
        new(503, "stopping", "The host is stopping", "The call was broken off, for the host is stopping; what it did is not known.");

    /// <summary>An answer that the framework gave without a body.</summary>
    public static Problem OfStatus(int status, HttpRequest request) => status switch
    {
        404 => new(404, "not-found", "Not found", $"There is nothing at {request.Path}; /docs lists what there is."),
        405 => new(405, "method-not-allowed", "Method not allowed", $"{request.Path} does not take {request.Method}; the Allow header says what it takes."),
        413 => TooLarge,
        415 => new(
            415, "unsupported-media-type", "Not JSON", $"The request body is '{request.ContentType}'; send it as 'Content-Type: application/json'."),
        >= 500 => OfFault(status),
        _ => new(status, "bad-request", "Bad request", "The request could not be understood."),
    };

    /// <summary>What an exception that reached the edge means to the caller, who learns nothing of its inside.</summary>
    public static Problem OfException(Exception exception, HttpRequest request) => exception switch
    {
        EventStoreUnavailableException => Unavailable,
        NpgsqlException e when IsConnectionFailure(e) => Unavailable,
        BadHttpRequestException e => OfStatus(e.StatusCode, request),
        _ => OfFault(500),
    };

    /// <summary>Connection failures and what PostgreSQL itself calls temporary, its shutdown and start among them.</summary>
    public static bool IsConnectionFailure(NpgsqlException exception) =>
        exception is not PostgresException || exception.IsTransient || exception.SqlState?.StartsWith("57P", StringComparison.Ordinal) == true;

    private static Problem OfFault(int status) =>
        new(status, "fault", "Something went wrong", "The request failed through no fault of yours; the server's log says why.");
}
