using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Scheduling;
using JobScheduler.Host.Secrets;
using Npgsql;

namespace JobScheduler.Host.Dispatching;

/// <summary>A header of a call, its value in clear.</summary>
internal readonly record struct ClearHeader(string Name, string Value);

/// <summary>The request of one attempt.</summary>
/// <param name="Target">As the job had it then: a request for an earlier one is not to be sent.</param>
/// <param name="Headers">The job's own, in clear.</param>
internal sealed record PreparedCall(HttpTarget Target, int Attempt, ClearHeader[] Headers, HttpRequestMessage Request) : IDisposable
{
    public CallContent Content => (CallContent)Request.Content!;

    /// <summary>Whether it is the request to send.</summary>
    /// <param name="target">As the job has it now.</param>
    public bool IsFor(int attempt, HttpTarget target) => Attempt == attempt && ReferenceEquals(Target, target);

    /// <summary>Gets the answer when its headers have come, before its body is read.</summary>
    public Action<HttpResponseMessage>? Answered { get; init; }

    public void Dispose() => Request.Dispose();
}

/// <summary>Makes the HTTP requests of runs.</summary>
internal sealed class CallRequests(SecretStore secrets, ILogger<CallRequests> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>The request that was made ahead for this attempt, if it is still the right one; otherwise a new one.</summary>
    public async ValueTask<PreparedCall> TakeAsync(Run run, HttpTarget target, CancellationToken cancellation)
    {
        var prepared = run.Prepared;
        run.Prepared = null;
        return prepared?.IsFor(run.Attempt, target) == true ? prepared : await MakeAsync(run, target, cancellation);
    }

    public async ValueTask<PreparedCall> MakeAsync(Run run, HttpTarget target, CancellationToken cancellation)
    {
        var headers = await HeadersAsync(target, cancellation);
        return Make(run.ExecutionId, run.Claim, run.Attempt, target, headers);
    }

    /// <summary>The request of a call whose header values are known.</summary>
    public static PreparedCall Make(Guid executionId, Claim claim, int attempt, HttpTarget target, ClearHeader[] headers) =>
        new(target, attempt, headers, Create(executionId, claim, attempt, target, headers));

    /// <summary>
    /// The job's own headers. While the database that keeps their values cannot be read, the call is not made, and has not failed either.
    /// </summary>
    private async ValueTask<ClearHeader[]> HeadersAsync(HttpTarget target, CancellationToken cancellation)
    {
        var headers = target.Headers.Count == 0 ? [] : new ClearHeader[target.Headers.Count];
        for (var i = 0; i < headers.Length;)
        {
            try
            {
                headers[i] = new(target.Headers[i].Name, await secrets.RevealAsync(target.Headers[i].ValueId, cancellation));
                i++;
            }
            catch (NpgsqlException e)
            {
                logger.LogWarning("A header's value could not be read, trying again: {Reason}", e.Message);
                await Task.Delay(Pause, cancellation);
            }
        }

        return headers;
    }

    private static HttpRequestMessage Create(Guid executionId, Claim claim, int attempt, HttpTarget target, ClearHeader[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(target.Method), target.Api)
        {
            // Also when it is empty: a request without content is sent again by the handler itself, up to three times, when the
            // connection ends before an answer, and attempts are ours to count.
            Content = new CallContent(target.Body is null ? [] : Encoding.UTF8.GetBytes(target.Body)),
        };
        if (target is { Body: not null, ContentType: not null }) request.Content.Headers.TryAddWithoutValidation("Content-Type", target.ContentType);
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content.Headers.TryAddWithoutValidation(name, value);
        }

        AddOwnHeaders(request.Headers, executionId, claim, attempt);
        return request;
    }

    private static void AddOwnHeaders(HttpRequestHeaders headers, Guid executionId, Claim claim, int attempt)
    {
        var id = executionId.ToString();
        headers.TryAddWithoutValidation("Idempotency-Key", id);
        headers.TryAddWithoutValidation("X-Job-Id", claim.JobId.ToString());
        headers.TryAddWithoutValidation("X-Execution-Id", id);
        headers.TryAddWithoutValidation("X-Scheduled-For", claim.ScheduledFor.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        headers.TryAddWithoutValidation("X-Attempt", attempt.ToString(CultureInfo.InvariantCulture));
        headers.TryAddWithoutValidation("traceparent", TraceParent(executionId));
    }

    /// <summary>W3C Trace Context: the trace is the execution, the span one attempt of it.</summary>
    private static string TraceParent(Guid executionId) =>
        string.Create(CultureInfo.InvariantCulture, $"00-{executionId:n}-{Random.Shared.NextInt64(1, long.MaxValue):x16}-01");
}
