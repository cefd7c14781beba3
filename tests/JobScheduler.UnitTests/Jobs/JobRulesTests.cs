using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;

namespace JobScheduler.UnitTests.Jobs;

/// <summary>Each rule at its boundary: the last value that is accepted and the first that is refused, with the field and the message.</summary>
public sealed class JobRulesTests
{
    private const string BadUrl = "Give an absolute URL that begins with http:// or https://, such as 'https://example.com/hook'.";
    private const string UserInfo = "A URL must not carry a user or password; send them in a header, whose value is kept secret.";
    private const string UnknownZone = "Unknown time zone; give an IANA name such as 'Europe/Berlin' or 'UTC'.";
    private const string BadConnectTimeout = "Give a duration from 100 ms to 1 hour, such as '10s'.";
    private const string BadGrace = "Give a duration from 1 second to 1 day, or null for the installation's.";
    private const string BadConditions =
        "Give one or more of TIMEOUT, CONNECTION and status codes from 100 to 599, such as [\"TIMEOUT\", 429, \"5xx\"].";
    private const string BadTimeout = "Give a duration from 100 ms to 1 hour, such as '30s'.";
    private const string BadCodes = "Give status codes or ranges from 100 to 599, such as [\"200-299\", 404].";
    private const string OwnHeader = "This header is set by the scheduler or the connection; leave it out.";
    private const string BadHeader = "Not a header name: letters, digits and !#$%&'*+-.^_`|~ only.";
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly DateTimeOffset Instant = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly JobDefinition Good = JobSamples.Definition;

    public static TheoryData<JobDefinition> Accepted =>
    [
        Good,
        With(new Schedule("* * * * * *")),
        With(new Schedule("@hourly", TimeZone: "Europe/Berlin")),
        With(new Schedule(null, Instant)),
        With(Good.Schedule with { StartAt = Instant, EndAt = Instant }),
        With(HttpTarget.To("http://x")),
        With(HttpTarget.To(UrlOf(JobRules.MaxUrlLength))),
        With(HttpTarget.To("HTTPS://[::1]:8080/a?b=c#d")),
        With(Good.Target with { Body = new string('x', JobRules.MaxBodyLength) }),
        With(Good.Target with { Method = "DELETE", Body = "" }),
        With(Good.Target with { Headers = Headers(JobRules.MaxHeaders) }),
        With(Good.Target with { Headers = [new("!#$%&'*+-.^_`|~09azAZ", Guid.Empty)] }),
        With(Good.Target with { Timeout = JobRules.MinTimeout }),
        With(Good.Target with { Timeout = JobRules.MaxTimeout }),
        With(Good.Target with { SuccessCodes = [new(100, 599), new(404, 404)] }),
        WithRetry(r => r with { MaxAttempts = 100 }),
        WithRetry(r => r with { MaxAttempts = 1 }, DeliveryType.AtMostOnce),
        WithRetry(r => r with { InitialDelay = JobRules.MinRetryDelay, MaxDelay = JobRules.MinRetryDelay }),
        WithRetry(r => r with { InitialDelay = JobRules.OneDay, MaxDelay = JobRules.OneDay }),
        WithRetry(r => r with { Multiplier = 1 }),
        WithRetry(r => r with { Multiplier = 10 }),
        WithRetry(r => r with { On = [new(FailureKind.Timeout), new(FailureKind.Connection), new(StatusCodes: new(100, 599))] }),
        Good with { Policy = Good.Policy with { MisfireLimit = 1, MisfireGrace = JobRules.MinMisfireGrace } },
        Good with { Policy = Good.Policy with { MisfireLimit = JobRules.MaxMisfireLimit, MisfireGrace = JobRules.OneDay } },
        Good with { Target = Good.Target with { ConnectTimeout = JobRules.MinTimeout } },
        Good with { Target = Good.Target with { ConnectTimeout = JobRules.MaxTimeout } },
        With(Alerting.Default with { Webhook = "https://example.com/alerts", After = 1000, RepeatEvery = Schedule.Resolution, OverdueAfter = TimeSpan.FromDays(30) }),
        With(Alerting.Default with { OverdueAfter = TimeSpan.Zero }),
        With(Alerting.Default with { RepeatEvery = TimeSpan.FromDays(30) }),
        Good with { Name = new string('x', JobRules.MaxNameLength) },
        Good with { Name = null, Tags = Tags(JobRules.MaxTags) },
        Good with { Tags = [new string('x', JobRules.MaxTagLength)] },
    ];

    public static TheoryData<JobDefinition, string, object?, string> Refused => new()
    {
        { With(new Schedule(null)), "schedule", null, "Give either 'schedule', a cron expression, or 'runAt', an instant." },
        { With(new Schedule("@daily", Instant)), "schedule", "@daily", "Give either 'schedule', a cron expression, or 'runAt', an instant." },
        { With(new Schedule("61 * * * *")), "schedule", "61 * * * *", "Minutes: '61' is outside 0-59." },
        {
            With(new Schedule("* * * *")), "schedule", "* * * *",
            "A cron expression has 5 fields (minute hour day-of-month month day-of-week) or 6 (with seconds first); this one has 4."
        },
        { With(Good.Schedule with { TimeZone = "Europe/Atlantis" }), "timeZone", "Europe/Atlantis", UnknownZone },
        { With(Good.Schedule with { TimeZone = "" }), "timeZone", "", UnknownZone },
        { With(Good.Schedule with { TimeZone = "../../etc/passwd" }), "timeZone", "../../etc/passwd", UnknownZone },
        { With(Good.Schedule with { TimeZone = "W. Europe Standard Time" }), "timeZone", "W. Europe Standard Time", UnknownZone },
        {
            With(Good.Schedule with { StartAt = Instant, EndAt = Instant.AddTicks(-1) }), "endAt", Instant.AddTicks(-1),
            "Must not be earlier than 'startAt', 2026-03-01T00:00:00.0000000+00:00."
        },
        { With(HttpTarget.To("example.com/hook")), "api", "example.com/hook", BadUrl },
        { With(HttpTarget.To("ftp://example.com")), "api", "ftp://example.com", BadUrl },
        { With(HttpTarget.To("https://")), "api", "https://", BadUrl },
        { With(HttpTarget.To("")), "api", "", BadUrl },
        { With(HttpTarget.To("https://user:password@example.com")), "api", null, UserInfo },
        { With(HttpTarget.To(UrlOf(JobRules.MaxUrlLength + 1))), "api", UrlOf(64) + "…", "Longer than 2048 characters." },
        { With(Good.Target with { Method = "post" }), "method", "post", "Give one of POST, GET, PUT, PATCH, DELETE, HEAD, OPTIONS." },
        { With(Good.Target with { Body = new string('x', JobRules.MaxBodyLength + 1) }), "body", "262145 characters", "At most 262144 characters are sent." },
        { With(Good.Target with { Method = "GET", Body = "" }), "body", null, "A GET request carries no body; leave it out or choose another method." },
        { With(Good.Target with { Method = "HEAD", Body = "x" }), "body", null, "A HEAD request carries no body; leave it out or choose another method." },
        { With(Good.Target with { Headers = Headers(JobRules.MaxHeaders + 1) }), "headers", 65, "At most 64 headers." },
        { With(Good.Target with { Headers = [new("X A", Guid.Empty)] }), "headers.X A", null, BadHeader },
        { With(Good.Target with { Headers = [new("", Guid.Empty)] }), "headers.", null, BadHeader },
        { With(Good.Target with { Headers = [new("X-Ä", Guid.Empty)] }), "headers.X-Ä", null, BadHeader },
        { With(Good.Target with { Headers = [new("idempotency-key", Guid.Empty)] }), "headers.idempotency-key", null, OwnHeader },
        { With(Good.Target with { Headers = [new("Host", Guid.Empty)] }), "headers.Host", null, OwnHeader },
        { With(Good.Target with { Timeout = JobRules.MinTimeout - Tick }), "timeout", JobRules.MinTimeout - Tick, BadTimeout },
        { With(Good.Target with { Timeout = JobRules.MaxTimeout + Tick }), "timeout", JobRules.MaxTimeout + Tick, BadTimeout },
        { With(Good.Target with { SuccessCodes = [] }), "successCodes", "", BadCodes },
        { With(Good.Target with { SuccessCodes = [new(99, 200)] }), "successCodes", "99-200", BadCodes },
        { With(Good.Target with { SuccessCodes = [new(200, 200), new(300, 600)] }), "successCodes", "200,300-600", BadCodes },
        { With(Good.Target with { SuccessCodes = [new(204, 200)] }), "successCodes", "204-200", BadCodes },
        { WithRetry(r => r with { MaxAttempts = 0 }), "retry.maxAttempts", 0, "Give 1 to 100 attempts, the first included." },
        { WithRetry(r => r with { MaxAttempts = 101 }), "retry.maxAttempts", 101, "Give 1 to 100 attempts, the first included." },
        {
            WithRetry(r => r with { MaxAttempts = 2 }, DeliveryType.AtMostOnce), "retry.maxAttempts", 2,
            "An AT_MOST_ONCE job is never sent twice; give 1, or the type ATLEAST_ONCE."
        },
        {
            WithRetry(r => r with { InitialDelay = TimeSpan.FromMilliseconds(99) }), "retry.initialDelay", TimeSpan.FromMilliseconds(99),
            "Give a duration from 100 ms to 1 day."
        },
        {
            WithRetry(r => r with { MaxDelay = r.InitialDelay - Tick }), "retry.maxDelay", TimeSpan.FromTicks(9_999_999),
            "Give a duration from 'retry.initialDelay' to 1 day."
        },
        {
            WithRetry(r => r with { MaxDelay = JobRules.OneDay + Tick }), "retry.maxDelay", JobRules.OneDay + Tick,
            "Give a duration from 'retry.initialDelay' to 1 day."
        },
        { WithRetry(r => r with { Multiplier = 0.99 }), "retry.multiplier", 0.99, "Give a number from 1 to 10." },
        { WithRetry(r => r with { Multiplier = 10.01 }), "retry.multiplier", 10.01, "Give a number from 1 to 10." },
        { WithRetry(r => r with { Multiplier = double.NaN }), "retry.multiplier", double.NaN, "Give a number from 1 to 10." },
        { WithRetry(r => r with { On = [] }), "retry.on", "", BadConditions },
        { WithRetry(r => r with { On = [new(FailureKind.OutcomeUnknown)] }), "retry.on", "OUTCOME_UNKNOWN", BadConditions },
        { WithRetry(r => r with { On = [new(FailureKind.Timeout), new(StatusCodes: new(500, 600))] }), "retry.on", "TIMEOUT, 500-600", BadConditions },
        { WithRetry(r => r with { On = [new()] }), "retry.on", "", BadConditions },
        { Good with { Policy = Good.Policy with { MisfireLimit = 0 } }, "misfireLimit", 0, "Give 1 to 1000 occurrences." },
        { Good with { Policy = Good.Policy with { MisfireLimit = 1001 } }, "misfireLimit", 1001, "Give 1 to 1000 occurrences." },
        { Good with { Policy = Good.Policy with { MisfireGrace = JobRules.MinMisfireGrace - Tick } }, "misfireGrace", JobRules.MinMisfireGrace - Tick, BadGrace },
        { Good with { Policy = Good.Policy with { MisfireGrace = JobRules.OneDay + Tick } }, "misfireGrace", JobRules.OneDay + Tick, BadGrace },
        { With(Good.Target with { ConnectTimeout = JobRules.MinTimeout - Tick }), "connectTimeout", JobRules.MinTimeout - Tick, BadConnectTimeout },
        { With(Good.Target with { ConnectTimeout = JobRules.MaxTimeout + Tick }), "connectTimeout", JobRules.MaxTimeout + Tick, BadConnectTimeout },
        { With(Alerting.Default with { Webhook = "example.com" }), "alertWebhook", "example.com", BadUrl },
        { With(Alerting.Default with { Webhook = "https://a:b@example.com" }), "alertWebhook", null, UserInfo },
        { With(Alerting.Default with { After = 0 }), "alerts.after", 0, "Give 1 to 1000 consecutive failures." },
        {
            With(Alerting.Default with { OverdueAfter = TimeSpan.FromMilliseconds(999) }), "alerts.overdueAfter", TimeSpan.FromMilliseconds(999),
            "Give a duration from 1 second to 30 days, or '0s' for never."
        },
        {
            With(Alerting.Default with { OverdueAfter = TimeSpan.FromDays(31) }), "alerts.overdueAfter", TimeSpan.FromDays(31),
            "Give a duration from 1 second to 30 days, or '0s' for never."
        },
        { With(Alerting.Default with { After = 1001 }), "alerts.after", 1001, "Give 1 to 1000 consecutive failures." },
        {
            With(Alerting.Default with { RepeatEvery = TimeSpan.FromMilliseconds(999) }), "alerts.repeatEvery", TimeSpan.FromMilliseconds(999),
            "Give a duration from 1 second to 30 days."
        },
        {
            With(Alerting.Default with { RepeatEvery = TimeSpan.FromDays(31) }), "alerts.repeatEvery", TimeSpan.FromDays(31),
            "Give a duration from 1 second to 30 days."
        },
        { Good with { Name = "" }, "name", "", "Give 1 to 200 characters, or null." },
        { Good with { Name = new string('x', 201) }, "name", new string('x', 201), "Give 1 to 200 characters, or null." },
        { Good with { Tags = Tags(JobRules.MaxTags + 1) }, "tags", 33, "At most 32 tags." },
        { Good with { Tags = ["a", ""] }, "tags", "", "A tag has 1 to 64 characters." },
        { Good with { Tags = [new string('x', 65)] }, "tags", new string('x', 65), "A tag has 1 to 64 characters." },
    };

    [Theory]
    [MemberData(nameof(Accepted), DisableDiscoveryEnumeration = true)]
    public void Definition_is_accepted_when_it_keeps_to_the_bounds(JobDefinition job) => JobRules.Check(job).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void Definition_is_refused_with_the_field_when_it_is_out_of_bounds(JobDefinition job, string field, object? value, string message) =>
        JobRules.Check(job).ShouldBe([new FieldError(field, value, message)]);

    [Fact]
    public void Errors_come_all_at_once_in_the_order_of_the_fields_when_all_is_wrong()
    {
        var wrong = new JobDefinition(
            new Schedule("nonsense * * * *", TimeZone: "Nowhere", StartAt: Instant, EndAt: Instant.AddDays(-1)),
            new HttpTarget("x", "BREW", [new("a b", Guid.Empty), new("Host", Guid.Empty)], null, null, TimeSpan.Zero, [], false),
            new ExecutionPolicy(
                DeliveryType.AtMostOnce, MisfirePolicy.Skip, OverlapPolicy.Skip, new(1000, TimeSpan.Zero, TimeSpan.FromDays(2), 0, false)),
            new Alerting("x", 0, TimeSpan.Zero, false),
            "",
            [""]);

        JobRules.Check(wrong).Select(e => e.Field).ShouldBe(
        [
            "schedule", "timeZone", "endAt", "api", "method", "headers.a b", "headers.Host", "timeout", "successCodes", "retry.maxAttempts",
            "retry.maxAttempts", "retry.initialDelay", "retry.maxDelay", "retry.multiplier", "alertWebhook", "alerts.after", "alerts.repeatEvery",
            "name", "tags",
        ]);
    }

    [Fact]
    public void Both_delays_are_refused_when_the_first_is_longer_than_any_may_be() =>
        JobRules.Check(WithRetry(r => r with { InitialDelay = JobRules.OneDay + Tick, MaxDelay = JobRules.OneDay }))
            .Select(e => (e.Field, e.Message)).ShouldBe(
            [
                ("retry.initialDelay", "Give a duration from 100 ms to 1 day."),
                ("retry.maxDelay", "Give a duration from 'retry.initialDelay' to 1 day."),
            ]);

    [Fact]
    public void Error_does_not_repeat_the_password_when_a_url_carries_one() =>
        JobRules.Check(With(HttpTarget.To("https://user:hunter2@example.com"))).ShouldHaveSingleItem().ToString().ShouldNotContain("hunter2");

    private static JobDefinition With(Schedule schedule) => Good with { Schedule = schedule };

    private static JobDefinition With(HttpTarget target) => Good with { Target = target };

    private static JobDefinition With(Alerting alerting) => Good with { Alerting = alerting };

    private static JobDefinition WithRetry(Func<RetryPolicy, RetryPolicy> change, DeliveryType type = DeliveryType.AtLeastOnce) =>
        Good with { Policy = Good.Policy with { Type = type, Retry = change(Good.Policy.Retry) } };

    private static string UrlOf(int length) => "https://example.com/".PadRight(length, 'x');

    private static TargetHeader[] Headers(int count) => [.. Enumerable.Range(0, count).Select(n => new TargetHeader($"X-{n}", Guid.Empty))];

    private static string[] Tags(int count) => [.. Enumerable.Range(0, count).Select(n => $"tag{n}")];
}
