using System.Net;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Scheduling;

namespace JobScheduler.Host.Dispatching;

/// <summary>How an attempt went.</summary>
/// <param name="RetryAfter">The wait that the receiver asked for, if it did.</param>
internal sealed record CallAnswer(AttemptResult Result, TimeSpan? RetryAfter);

/// <summary>Makes a job's call and says how it went.</summary>
internal sealed class HttpCaller(CallRequests requests, AnswerReader answers, TimeProvider time, ILogger<HttpCaller> logger) : IDisposable
{
    private const int MaxRedirects = 10;
    private const int MaxTextLength = 100;

    private readonly HttpMessageInvoker _direct = new(Handler(followRedirects: false));
    private readonly HttpMessageInvoker _following = new(Handler(followRedirects: true));

    /// <summary>Hands a request to the client ahead of its instant: a connection is found or made, and the request waits at it.</summary>
    /// <param name="call">Of an attempt that is to come.</param>
    /// <param name="longest">Unless it is taken by then, it is dropped.</param>
    /// <param name="breakOff">Drops it.</param>
    public HeldCall HandOver(PreparedCall call, TimeSpan longest, CancellationToken breakOff)
    {
        var (deadline, departure) = (new CallDeadline(call.Target, time, breakOff), new Departure());
        deadline.HoldFor(longest);
        call.Content.Departure = departure;
        return new(call, deadline, departure, HandOver(call, deadline));
    }

    /// <summary><c>null</c>: it was broken off by <paramref name="breakOff"/>.</summary>
    /// <param name="held">The attempt's request, taken, if it was handed over ahead.</param>
    public Task<CallAnswer?> CallAsync(Run run, HttpTarget target, HeldCall? held, CancellationToken breakOff) =>
        CallAsync(run.ExecutionId, run.Attempt, run.DueAt, held, () => requests.TakeAsync(run, target, breakOff), breakOff);

    /// <summary>The first and only attempt of a call that no run stands behind; <c>null</c>: it was broken off by <paramref name="breakOff"/>.</summary>
    public Task<CallAnswer?> CallAsync(Guid executionId, DateTimeOffset dueAt, PreparedCall call, CancellationToken breakOff) =>
        CallAsync(executionId, call.Attempt, dueAt, null, () => new(call), breakOff);

    private async Task<CallAnswer?> CallAsync(
        Guid executionId, int attempt, DateTimeOffset dueAt, HeldCall? held, Func<ValueTask<PreparedCall>> prepare, CancellationToken breakOff)
    {
        try
        {
            if (held is not null)
            {
                using var ahead = held.Call;
                if (await SendAsync(dueAt, ahead, held, breakOff) is { } answer) return answer;
            }

            using var call = await prepare();
            return await SendAsync(dueAt, call, null, breakOff);
        }
        catch (OperationCanceledException) when (breakOff.IsCancellationRequested)
        {
            return null;
        }
#pragma warning disable CA1031 // Whatever a request trips over is that run's failure; it must not be lost. Its text may hold a secret.
        catch (Exception e) when (!breakOff.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.LogError("Execution {ExecutionId} could not be called: {Exception}", executionId, e.GetType().Name);
            var error = $"The request could not be made ({e.GetType().Name}).";
            return new(new AttemptClock(attempt, dueAt, time).Result(null, FailureKind.InvalidRequest, error), null);
        }
    }

    /// <summary><c>null</c>: the call that was held has failed before a byte of it left, such as by its connection's end, and is to be made anew.</summary>
    private async Task<CallAnswer?> SendAsync(DateTimeOffset dueAt, PreparedCall call, HeldCall? held, CancellationToken breakOff)
    {
        var target = call.Target;
        using var deadline = held?.Deadline ?? new CallDeadline(target, time, breakOff);
        deadline.Begin();
        HttpResponseMessage? response = null;
        TimeSpan? firstByte = null;
        var watch = new AttemptClock(call.Attempt, dueAt, time);
        try
        {
            response = await (held?.Depart() ?? HandOver(call, deadline));
            firstByte = watch.Elapsed;
            call.Answered?.Invoke(response);
            var text = await answers.ReadAsync(response, deadline.Token);
            var status = (int)response.StatusCode;
            return target.IsSuccess(status)
                ? new(Result(status, null, null, text), null)
                : new(Result(status, FailureKind.StatusCode, ErrorOf(response, call.Headers), text), RetryAfter(response));
        }
        catch (Exception e) when (held is { HasLeft: false } && !deadline.HasPassed && e is OperationCanceledException or HttpRequestException or IOException)
        {
            breakOff.ThrowIfCancellationRequested();
            return null;
        }
        catch (OperationCanceledException) when (deadline.Token.IsCancellationRequested && !breakOff.IsCancellationRequested)
        {
            return new(Result(StatusOf(response), FailureKind.Timeout, deadline.Error), null);
        }
        catch (HttpRequestException e)
        {
            return new(Result(StatusOf(response), FailureKind.Connection, e.Explain()), null);
        }
        catch (IOException e)
        {
            return new(Result(StatusOf(response), FailureKind.Connection, $"The connection broke: {e.Message}"), null);
        }
        finally
        {
            response?.Dispose();
        }

        AttemptResult Result(int? statusCode, FailureKind? failure, string? error, string? text = null) =>
            watch.Result(statusCode, failure, error.Redact(call.Headers)) with
            {
                Response = text.Redact(call.Headers),
                ConnectMs = AttemptClock.Milliseconds(deadline.Waited),
                FirstByteMs = AttemptClock.Milliseconds(firstByte),
                ContentType = ContentTypeOf(response, call.Headers),
            };
    }

    private Task<HttpResponseMessage> HandOver(PreparedCall call, CallDeadline deadline)
    {
        call.Content.Connected = deadline.Connected;
        var response = (call.Target.FollowRedirects ? _following : _direct).SendAsync(call.Request, deadline.Token);
        deadline.HandedOver();
        return response;
    }

    public void Dispose()
    {
        _direct.Dispose();
        _following.Dispose();
    }

    private static SocketsHttpHandler Handler(bool followRedirects) => new()
    {
        AllowAutoRedirect = followRedirects,
        MaxAutomaticRedirections = MaxRedirects,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        // A name that has moved is followed within this time.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
        EnableMultipleHttp2Connections = true,
        ActivityHeadersPropagator = null,
        ConnectCallback = DepartureStream.ConnectAsync,
    };

    private static int? StatusOf(HttpResponseMessage? response) => (int?)response?.StatusCode;

    private static string ErrorOf(HttpResponseMessage response, ClearHeader[] secrets)
    {
        var reason = Printable(response.ReasonPhrase.Redact(secrets) ?? "");
        return reason.Length == 0 ? $"The answer was {(int)response.StatusCode}." : $"The answer was {(int)response.StatusCode} {reason}.";
    }

    private static string? ContentTypeOf(HttpResponseMessage? response, ClearHeader[] secrets) =>
        response is not null && response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var type)
            ? Printable(type.ToString().Redact(secrets)!)
            : null;

    /// <summary>What is the receiver's is cut, and only what is printable of it kept.</summary>
    private static string Printable(string text) => text.Length <= MaxTextLength && !text.AsSpan().ContainsAnyExceptInRange(' ', '~')
        ? text
        : new([.. text.Where(c => c is >= ' ' and <= '~').Take(MaxTextLength)]);

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
        _ => null,
    };

    /// <summary>Started with the call.</summary>
    private readonly struct AttemptClock(int attempt, DateTimeOffset dueAt, TimeProvider time)
    {
        private readonly DateTimeOffset _startedAt = time.GetUtcNow();
        private readonly long _clock = time.GetTimestamp();

        public TimeSpan Elapsed => time.GetElapsedTime(_clock);

        public AttemptResult Result(int? statusCode, FailureKind? failure, string? error) => new(
            attempt,
            _startedAt,
            Milliseconds(Elapsed),
            Math.Max(0, Milliseconds(_startedAt - dueAt)),
            statusCode,
            failure,
            error);

        public static double? Milliseconds(TimeSpan? time) => time is { } given ? Milliseconds(given) : null;

        /// <summary>To the microsecond.</summary>
        private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
    }
}
