namespace JobScheduler.Projections.Ledgers;

/// <summary>
/// A set of instants by its size, its sum and the sum of its squares, in milliseconds from a common start: PostgreSQL adds up what was
/// recorded, we what was due, and two sets that differ have, but for contrived ones of six instants and more, different digests.
/// </summary>
/// <remarks>Instants lie within 31 days of the start, so that a square is a 64-bit number.</remarks>
public readonly record struct InstantDigest(long Count, Int128 Sum, Int128 Squares)
{
    public static InstantDigest operator +(InstantDigest a, InstantDigest b) => new(a.Count + b.Count, a.Sum + b.Sum, a.Squares + b.Squares);

    public static InstantDigest Add(InstantDigest left, InstantDigest right) => left + right;

    public InstantDigest With(long milliseconds) => new(Count + 1, Sum + milliseconds, Squares + (milliseconds * milliseconds));
}
