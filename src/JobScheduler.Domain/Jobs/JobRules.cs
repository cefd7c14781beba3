using JobScheduler.Domain.Schedules;
using JobScheduler.Domain.Schedules.Cron;

namespace JobScheduler.Domain.Jobs;

/// <summary>What is wrong with one field of what a user gave, and what would be right.</summary>
/// <param name="Field">Its name as on the wire, nested ones with a dot.</param>
public sealed record FieldError(string Field, object? Value, string Message);

/// <summary>What a job's definition must keep to.</summary>
public static class JobRules
{
    public const int MaxNameLength = 200;
    public const int MaxTags = 32;
    public const int MaxTagLength = 64;
    public const int MaxUrlLength = 2_048;
    public const int MaxBodyLength = 256 * 1024;
    public const int MaxHeaders = 64;
    public const int MaxMisfireLimit = 1_000;
    public static readonly TimeSpan MinTimeout = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan MaxTimeout = TimeSpan.FromHours(1);
    public static readonly TimeSpan MinRetryDelay = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan OneDay = TimeSpan.FromDays(1);
    public static readonly TimeSpan MinMisfireGrace = TimeSpan.FromSeconds(1);

    private static readonly string[] OwnHeaders =
    [
        "Idempotency-Key", "X-Job-Id", "X-Execution-Id", "X-Scheduled-For", "X-Attempt", "traceparent", "tracestate",
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "Expect", "TE", "Trailer",
    ];

    /// <summary>All that is wrong, in the order of the fields; empty when nothing is.</summary>
    public static IEnumerable<FieldError> Check(JobDefinition job) =>
    [
        .. CheckSchedule(job.Schedule),
        .. CheckUrl("api", job.Target.Api),
        .. CheckTarget(job.Target),
        .. CheckMisfire(job.Policy),
        .. CheckRetry(job.Policy),
        .. CheckAlerting(job.Alerting),
        .. CheckNameAndTags(job),
    ];

    public static IEnumerable<FieldError> CheckSchedule(Schedule schedule)
    {
        if (schedule.Cron is null == schedule.RunAt is null)
        {
            yield return new("schedule", schedule.Cron, "Give either 'schedule', a cron expression, or 'runAt', an instant.");
        }

        if (schedule.Cron is not null && CronError(schedule.Cron) is { } error) yield return new("schedule", schedule.Cron, error);
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(schedule.TimeZone, out var zone) || !zone.HasIanaId)
        {
            yield return new("timeZone", schedule.TimeZone, "Unknown time zone; give an IANA name such as 'Europe/Berlin' or 'UTC'.");
        }

        if (schedule.EndAt < schedule.StartAt)
        {
            yield return new("endAt", schedule.EndAt, $"Must not be earlier than 'startAt', {schedule.StartAt:O}.");
        }
    }

    public static IEnumerable<FieldError> CheckUrl(string field, string url)
    {
        if (url.Length > MaxUrlLength)
        {
            yield return new(field, url[..64] + "…", $"Longer than {MaxUrlLength} characters.");
        }
        else if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
        {
            yield return new(field, url, "Give an absolute URL that begins with http:// or https://, such as 'https://example.com/hook'.");
        }
        else if (uri.UserInfo.Length > 0)
        {
            yield return new(field, null, "A URL must not carry a user or password; send them in a header, whose value is kept secret.");
        }
    }

    private static IEnumerable<FieldError> CheckTarget(HttpTarget target)
    {
        if (!HttpTarget.Methods.Contains(target.Method))
        {
            yield return new("method", target.Method, $"Give one of {string.Join(", ", HttpTarget.Methods)}.");
        }

        if (target.Body?.Length > MaxBodyLength)
        {
            yield return new("body", $"{target.Body.Length} characters", $"At most {MaxBodyLength} characters are sent.");
        }

        if (target.Body is not null && target.Method is "GET" or "HEAD")
        {
            yield return new("body", null, $"A {target.Method} request carries no body; leave it out or choose another method.");
        }

        if (target.Headers.Count > MaxHeaders) yield return new("headers", target.Headers.Count, $"At most {MaxHeaders} headers.");
        foreach (var header in target.Headers.Where(h => !IsToken(h.Name)))
        {
            yield return new($"headers.{header.Name}", null, "Not a header name: letters, digits and !#$%&'*+-.^_`|~ only.");
        }

        foreach (var header in target.Headers.Where(h => OwnHeaders.Contains(h.Name, StringComparer.OrdinalIgnoreCase)))
        {
            yield return new($"headers.{header.Name}", null, "This header is set by the scheduler or the connection; leave it out.");
        }

        if (target.Timeout < MinTimeout || target.Timeout > MaxTimeout)
        {
            yield return new("timeout", target.Timeout, "Give a duration from 100 ms to 1 hour, such as '30s'.");
        }

        if (target.ConnectTimeout < MinTimeout || target.ConnectTimeout > MaxTimeout)
        {
            yield return new("connectTimeout", target.ConnectTimeout, "Give a duration from 100 ms to 1 hour, such as '10s'.");
        }

        if (target.SuccessCodes.Count == 0 || !target.SuccessCodes.All(IsStatusCodes))
        {
            yield return new("successCodes", string.Join(",", target.SuccessCodes), "Give status codes or ranges from 100 to 599, such as [\"200-299\", 404].");
        }
    }

    private static IEnumerable<FieldError> CheckMisfire(ExecutionPolicy policy)
    {
        if (policy.MisfireLimit is < 1 or > MaxMisfireLimit)
        {
            yield return new("misfireLimit", policy.MisfireLimit, $"Give 1 to {MaxMisfireLimit} occurrences.");
        }

        if (policy.MisfireGrace < MinMisfireGrace || policy.MisfireGrace > OneDay)
        {
            yield return new("misfireGrace", policy.MisfireGrace, "Give a duration from 1 second to 1 day, or null for the installation's.");
        }
    }

    private static IEnumerable<FieldError> CheckRetry(ExecutionPolicy policy)
    {
        var retry = policy.Retry;
        if (retry.MaxAttempts is < 1 or > 100) yield return new("retry.maxAttempts", retry.MaxAttempts, "Give 1 to 100 attempts, the first included.");
        if (retry.MaxAttempts > 1 && policy.Type == DeliveryType.AtMostOnce)
        {
            yield return new("retry.maxAttempts", retry.MaxAttempts, "An AT_MOST_ONCE job is never sent twice; give 1, or the type ATLEAST_ONCE.");
        }

        if (retry.InitialDelay < MinRetryDelay || retry.InitialDelay > OneDay)
        {
            yield return new("retry.initialDelay", retry.InitialDelay, "Give a duration from 100 ms to 1 day.");
        }

        if (retry.MaxDelay < retry.InitialDelay || retry.MaxDelay > OneDay)
        {
            yield return new("retry.maxDelay", retry.MaxDelay, "Give a duration from 'retry.initialDelay' to 1 day.");
        }

        if (retry.Multiplier is not (>= 1 and <= 10)) yield return new("retry.multiplier", retry.Multiplier, "Give a number from 1 to 10.");
        if (retry.On is [] || retry.Conditions.Any(c => !IsRetryCondition(c)))
        {
            yield return new("retry.on", string.Join(", ", retry.On!), "Give one or more of TIMEOUT, CONNECTION and status codes from 100 to 599, such as [\"TIMEOUT\", 429, \"5xx\"].");
        }
    }

    private static bool IsRetryCondition(RetryCondition condition) => condition switch
    {
        { Failure: { } failure, StatusCodes: null } => RetryCondition.Kinds.Contains(failure),
        { Failure: null, StatusCodes: { } codes } => IsStatusCodes(codes),
        _ => false,
    };

    private static bool IsStatusCodes(StatusCodeRange codes) => codes.From >= 100 && codes.To <= 599 && codes.From <= codes.To;

    private static IEnumerable<FieldError> CheckAlerting(Alerting alerting)
    {
        if (alerting.Webhook is not null)
        {
            foreach (var error in CheckUrl("alertWebhook", alerting.Webhook)) yield return error;
        }

        if (alerting.After is < 1 or > 1000) yield return new("alerts.after", alerting.After, "Give 1 to 1000 consecutive failures.");
        if (alerting.RepeatEvery is { } every && (every < Schedule.Resolution || every > TimeSpan.FromDays(30)))
        {
            yield return new("alerts.repeatEvery", every, "Give a duration from 1 second to 30 days.");
        }

        if (alerting.OverdueAfter is { } bound && bound != TimeSpan.Zero && (bound < Schedule.Resolution || bound > TimeSpan.FromDays(30)))
        {
            yield return new("alerts.overdueAfter", bound, "Give a duration from 1 second to 30 days, or '0s' for never.");
        }
    }

    private static IEnumerable<FieldError> CheckNameAndTags(JobDefinition job)
    {
        if (job.Name is { Length: 0 or > MaxNameLength }) yield return new("name", job.Name, $"Give 1 to {MaxNameLength} characters, or null.");
        if (job.Tags.Count > MaxTags) yield return new("tags", job.Tags.Count, $"At most {MaxTags} tags.");
        foreach (var tag in job.Tags.Where(t => t.Length is 0 or > MaxTagLength))
        {
            yield return new("tags", tag, $"A tag has 1 to {MaxTagLength} characters.");
        }
    }

    private static string? CronError(string expression)
    {
        try
        {
            Timetable.ParseCron(expression);
            return null;
        }
        catch (CronFormatException e)
        {
            return e.Message;
        }
    }

    private static bool IsToken(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));
}
