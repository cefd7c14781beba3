using System.Globalization;
using System.Text;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Api.Wire;

namespace JobScheduler.Host.Dashboard.Executions;

/// <summary>A header of a request.</summary>
/// <param name="Value"><c>null</c>: it is a secret.</param>
internal sealed record SentHeader(string Name, string? Value);

/// <summary>The request of an attempt, told from its job's definition, in the form and order in which it is sent.</summary>
internal sealed record SentRequest(HttpTarget Target, IReadOnlyList<SentHeader> Headers)
{
    public static SentRequest Of(HttpTarget target, Guid jobId, Guid executionId, DateTimeOffset scheduledFor, int attempt)
    {
        var headers = target.Headers.Select(h => new SentHeader(h.Name, null)).ToList();
        headers.Add(new("Idempotency-Key", executionId.ToString()));
        headers.Add(new("X-Job-Id", jobId.ToString()));
        headers.Add(new("X-Execution-Id", executionId.ToString()));
        headers.Add(new("X-Scheduled-For", InstantText.Of(scheduledFor)));
        headers.Add(new("X-Attempt", attempt.ToString(CultureInfo.InvariantCulture)));
        // The span is drawn by lot for each attempt, and not recorded.
        headers.Add(new("traceparent", $"00-{executionId:n}-…-01"));
        if (target is { Body: not null, ContentType: { } contentType }) headers.Add(new("Content-Type", contentType));
        return new(target, headers);
    }

    /// <summary>A command that repeats it, for a shell; it reads the secrets from variables named like their headers.</summary>
    public string ToCurl()
    {
        const string next = " \\\n  ";
        var curl = new StringBuilder("curl -i");
        curl.Append(Target.Method == "HEAD" ? " --head" : $" -X {Target.Method}");
        if (Target.FollowRedirects) curl.Append(" -L");
        curl.Append(CultureInfo.InvariantCulture, $" --max-time {Target.Timeout.TotalSeconds:0.###} {Quoted(Target.Api)}");
        foreach (var (name, value) in Headers.Where(h => h.Name != "traceparent"))
            curl.Append(next).Append("-H ").Append(value is null ? $"{Quoted($"{name}: ")}\"${{{VariableOf(name)}}}\"" : Quoted($"{name}: {value}"));
        if (Target.Body is { } body) curl.Append(next).Append("--data-raw ").Append(Quoted(body));
        return curl.ToString();
    }

    private static string VariableOf(string header)
    {
        var name = string.Concat(header.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
        return char.IsAsciiDigit(name[0]) ? "_" + name : name;
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
