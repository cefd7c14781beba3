using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Api.Problems;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace JobScheduler.Host.Api.Commands;

/// <summary>What a request presumes of the version of what it changes: its <c>If-Match</c>. ETags are stream versions.</summary>
internal sealed record Precondition(IReadOnlyList<string>? Tags)
{
    public static Precondition None { get; } = new((IReadOnlyList<string>?)null);

    /// <summary>Whether a conflict is final: the caller has said which version it decided upon.</summary>
    public bool IsGiven => Tags is not null;

    public bool Allows(long version) => Tags is null || Tags.Contains("*") || Tags.Contains(TagOf(version));

    public static string TagOf(long version) => $"\"{version}\"";

    public static (Precondition Given, Problem? Refusal) Of(HttpRequest request)
    {
        var header = request.Headers.IfMatch;
        if (header.Count == 0) return (None, null);
        return EntityTagHeaderValue.TryParseStrictList(header, out var tags)
            ? (new([.. tags.Where(t => !t.IsWeak).Select(t => t.Tag.ToString())]), null)
            : (None, Refusals.Invalid(new FieldError("If-Match", header.ToString(), "Give the ETag of an earlier answer, such as \"3\" with its quotes, or *.")));
    }

    /// <summary>Whether the caller holds this version already, by its <c>If-None-Match</c>.</summary>
    public static bool IsKnown(HttpRequest request, long version) =>
        new RequestHeaders(request.Headers).IfNoneMatch.Any(tag => tag.Tag == "*" || tag.Tag == TagOf(version));
}
