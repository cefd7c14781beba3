using JobScheduler.Domain.Executions;

namespace JobScheduler.Domain.Jobs;

/// <summary>A failure that is tried again: either a kind of failure without an answer, or answers with certain status codes.</summary>
/// <param name="Failure">One of <see cref="Kinds"/>.</param>
/// <param name="StatusCodes">From 100 to 599.</param>
public sealed record RetryCondition(FailureKind? Failure = null, StatusCodeRange? StatusCodes = null)
{
    /// <summary>Timeouts, connection errors, and the answers by which a receiver says that a later call may fare better.</summary>
    public static readonly IReadOnlyList<RetryCondition> Defaults =
        [new(FailureKind.Timeout), new(FailureKind.Connection), Code(408), Code(425), Code(429), new(StatusCodes: new(500, 599))];

    /// <summary>The kinds of failure that another attempt can mend.</summary>
    public static readonly IReadOnlyList<FailureKind> Kinds = [FailureKind.Timeout, FailureKind.Connection];

    public bool Covers(AttemptResult result) => result.Failure switch
    {
        null => false,
        FailureKind.StatusCode => result.StatusCode is { } code && StatusCodes?.Contains(code) == true,
        _ => result.Failure == Failure,
    };

    public override string ToString() => StatusCodes?.ToString() ?? (Failure is { } failure ? WireName.Of(failure) : "");

    private static RetryCondition Code(int code) => new(StatusCodes: new(code, code));
}
