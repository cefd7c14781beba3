using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Health;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Health;

/// <param name="Status">OK, or VIOLATED when there are findings.</param>
/// <param name="ScannedAt">When this was so.</param>
/// <param name="Findings">Of each kind at most 100, the longest first.</param>
/// <param name="Counts">How many there are of each kind.</param>
internal sealed record InvariantsView(
    string Status, DateTimeOffset ScannedAt, IReadOnlyList<InvariantFinding> Findings, IReadOnlyDictionary<string, long> Counts);

internal static class InvariantsEndpoint
{
    public static void MapInvariants(this IEndpointRouteBuilder health) => health.MapGet("/invariants", HandleAsync)
        .Describe(
            "Invariants",
            "What is not as it should be, since when, and what to do: the result of the latest scan of this node. 200 also when something is found, "
            + "for a node that has to tell is fit to be asked.",
            503);

    private static async Task<Ok<InvariantsView>> HandleAsync(InvariantScanner scanner, CancellationToken cancellation)
    {
        var report = await scanner.LatestAsync(cancellation);
        return TypedResults.Ok(new InvariantsView(
            report.Findings.Count == 0 ? "OK" : "VIOLATED",
            report.ScannedAt,
            report.Findings,
            report.Counts.ToDictionary(c => Domain.WireName.Of(c.Key), c => c.Value)));
    }
}
