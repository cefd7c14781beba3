using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;

namespace JobScheduler.Host.Api.Commands;

/// <summary>What a command's request says: its body, with a default for all that it leaves out, and what it presumes of the version.</summary>
internal sealed record CommandRequest<T>(T Body, Precondition Precondition)
{
    /// <summary>Reads a JSON object, which may be left out, and <c>If-Match</c>. Either the request or the refusal is <c>null</c>.</summary>
    /// <param name="absent">The body when there is none.</param>
    public static async Task<(CommandRequest<T>? Request, Problem? Refusal)> ReadAsync(
        HttpRequest request, FieldTable<T> fields, T absent, CancellationToken cancellation)
    {
        var (given, refusal) = await JsonBody.ReadAsync(request, mayBeEmpty: true, cancellation);
        if (refusal is not null) return (null, refusal);
        var errors = new List<FieldError>();
        var body = given is { } json ? fields.Apply(absent, new("$", json, errors)) : absent;
        if (errors.Count > 0) return (null, Refusals.Invalid(errors));
        var (precondition, malformed) = Precondition.Of(request);
        return malformed is null ? (new(body, precondition), null) : (null, malformed);
    }
}
