namespace JobScheduler.Domain.Jobs;

/// <summary>The call that a job makes.</summary>
/// <param name="Api">Absolute http or https URL, without user info.</param>
/// <param name="Method">One of <see cref="Methods"/>.</param>
/// <param name="Headers">Names, and where their values are kept; values are secrets and never stand in an event.</param>
/// <param name="Body">Sent as UTF-8; <c>null</c>: no body.</param>
/// <param name="ContentType">Media type of the body.</param>
/// <param name="Timeout">For the whole call, from connecting to the last byte read.</param>
/// <param name="SuccessCodes">Status codes that count as success.</param>
/// <param name="FollowRedirects">Follow up to ten redirects instead of taking the 3xx as the answer.</param>
/// <param name="ConnectTimeout">
/// For getting a connection: the name, TCP and TLS; within <paramref name="Timeout"/>. <c>null</c>: <see cref="DefaultConnectTimeout"/>.
/// </param>
public sealed record HttpTarget(
    string Api,
    string Method,
    IReadOnlyList<TargetHeader> Headers,
    string? Body,
    string? ContentType,
    TimeSpan Timeout,
    IReadOnlyList<StatusCodeRange> SuccessCodes,
    bool FollowRedirects,
    TimeSpan? ConnectTimeout = null)
{
    public static readonly IReadOnlyList<string> Methods = ["POST", "GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan DefaultConnectTimeout = TimeSpan.FromSeconds(10);

    public static readonly IReadOnlyList<StatusCodeRange> DefaultSuccessCodes = [StatusCodeRange.Success];

    public static HttpTarget To(string api) =>
        new(api, "POST", [], null, null, DefaultTimeout, DefaultSuccessCodes, FollowRedirects: false);

    public bool IsSuccess(int statusCode) => SuccessCodes.Any(range => range.Contains(statusCode));

    public bool Equals(HttpTarget? other) =>
        other is not null
        && (Api, Method, Body, ContentType, Timeout, FollowRedirects, ConnectTimeout)
            == (other.Api, other.Method, other.Body, other.ContentType, other.Timeout, other.FollowRedirects, other.ConnectTimeout)
        && Headers.SequenceEqual(other.Headers)
        && SuccessCodes.SequenceEqual(other.SuccessCodes);

    public override int GetHashCode() => HashCode.Combine(Api, Method, Body, Timeout);
}

/// <summary>A header of the call; its value is kept under <paramref name="ValueId"/> among the secrets.</summary>
public sealed record TargetHeader(string Name, Guid ValueId);

/// <summary>Status codes from <paramref name="From"/> to <paramref name="To"/>, both included.</summary>
public sealed record StatusCodeRange(int From, int To)
{
    public static readonly StatusCodeRange Success = new(200, 299);

    public bool Contains(int statusCode) => statusCode >= From && statusCode <= To;

    public override string ToString() => From == To ? $"{From}" : $"{From}-{To}";
}
