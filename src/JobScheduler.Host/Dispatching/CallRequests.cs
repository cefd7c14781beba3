using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Scheduling;
using JobScheduler.Host.Secrets;

namespace JobScheduler.Host.Dispatching;

/// <summary>Makes the HTTP request of a run.</summary>
internal sealed class CallRequests(SecretStore secrets)
{
    public async ValueTask<HttpRequestMessage> CreateAsync(Run run, HttpTarget target, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(target.Method), run.Job.Api);
        if (target.Body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(target.Body));
            if (target.ContentType is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", target.ContentType);
        }

        foreach (var header in target.Headers)
        {
            var value = await secrets.RevealAsync(header.ValueId, cancellation);
            if (!request.Headers.TryAddWithoutValidation(header.Name, value)) request.Content?.Headers.TryAddWithoutValidation(header.Name, value);
        }

        AddOwnHeaders(request.Headers, run);
        return request;
    }

    private static void AddOwnHeaders(HttpRequestHeaders headers, Run run)
    {
        var executionId = run.ExecutionId.ToString();
        headers.TryAddWithoutValidation("Idempotency-Key", executionId);
        headers.TryAddWithoutValidation("X-Job-Id", run.Claim.JobId.ToString());
        headers.TryAddWithoutValidation("X-Execution-Id", executionId);
        headers.TryAddWithoutValidation("X-Scheduled-For", run.Claim.ScheduledFor.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        headers.TryAddWithoutValidation("X-Attempt", run.Attempt.ToString(CultureInfo.InvariantCulture));
        headers.TryAddWithoutValidation("traceparent", TraceParent(run));
    }

    /// <summary>W3C Trace Context: the trace is the execution, the span one attempt of it.</summary>
    private static string TraceParent(Run run) =>
        string.Create(CultureInfo.InvariantCulture, $"00-{run.ExecutionId:n}-{Random.Shared.NextInt64(1, long.MaxValue):x16}-01");
}
