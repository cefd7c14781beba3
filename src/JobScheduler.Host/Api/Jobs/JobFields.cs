using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.Host.Api.Requests;

namespace JobScheduler.Host.Api.Jobs;

/// <summary>
/// The fields of a job in a request, and what each says. <c>null</c> gives a field its default; fields that have none must then be
/// given otherwise, which <see cref="JobRules"/> checks.
/// </summary>
internal static class JobFields
{
    private static readonly HttpTarget DefaultTarget = HttpTarget.To("");

    public static readonly FieldTable<JobDraft> All = new(
        ("schedule", (job, f) => job.With(job.Schedule with { Cron = f.Text() })),
        ("runAt", (job, f) => job.With(job.Schedule with { RunAt = f.Instant(null) })),
        ("timeZone", (job, f) => job.With(job.Schedule with { TimeZone = f.Text(Schedule.Utc)! })),
        ("startAt", (job, f) => job.With(job.Schedule with { StartAt = f.Instant(null) })),
        ("endAt", (job, f) => job.With(job.Schedule with { EndAt = f.Instant(null) })),
        ("api", (job, f) => job.With(job.Target with { Api = f.Text("")! })),
        ("method", (job, f) => job.With(job.Target with { Method = f.Text(DefaultTarget.Method)!.ToUpperInvariant() })),
        ("headers", JobHeaders.Read),
        ("body", JobBody.Read),
        ("contentType", JobBody.ReadContentType),
        ("timeout", (job, f) => job.With(job.Target with { Timeout = f.Duration(DefaultTarget.Timeout)!.Value })),
        ("connectTimeout", (job, f) => job.With(job.Target with { ConnectTimeout = Unless(HttpTarget.DefaultConnectTimeout, f.Duration(null)) })),
        ("successCodes", SuccessCodes.Read),
        ("followRedirects", (job, f) => job.With(job.Target with { FollowRedirects = f.Flag(absent: false) })),
        ("type", (job, f) => job.With(job.Definition.Policy with
        {
            Type = f.OneOf(DeliveryType.AtLeastOnce, ("AT_LEAST_ONCE", DeliveryType.AtLeastOnce), ("ATMOST_ONCE", DeliveryType.AtMostOnce)),
        })),
        ("misfire", (job, f) => job.With(job.Definition.Policy with { Misfire = f.OneOf(MisfirePolicy.FireOnce) })),
        ("misfireLimit", (job, f) => job.With(job.Definition.Policy with { MisfireLimit = Unless(Misfire.DefaultLimit, f.Whole(Misfire.DefaultLimit)) })),
        ("misfireGrace", (job, f) => job.With(job.Definition.Policy with { MisfireGrace = f.Duration(null) })),
        ("overlap", (job, f) => job.With(job.Definition.Policy with { Overlap = f.OneOf(OverlapPolicy.Allow) })),
        ("retry", (job, f) => job.With(f.IsNull ? RetryPolicy.None : Retry!.Apply(job.Retry, f))),
        ("alertWebhook", (job, f) => job.With(job.Alerting with { Webhook = f.Text() })),
        ("alerts", (job, f) => job.With(f.IsNull ? Alerting.Default with { Webhook = job.Alerting.Webhook } : Alerts!.Apply(job.Alerting, f))),
        ("name", (job, f) => job with { Definition = job.Definition with { Name = f.Text() } }),
        ("tags", (job, f) => job with
        {
            Definition = job.Definition with { Tags = [.. f.Elements().Select(tag => tag.IsNull ? tag.Wrong("", "text") : tag.Text("")!).Distinct()] },
        }));

    private static readonly FieldTable<RetryPolicy> Retry = new(
        ("maxAttempts", (retry, f) => retry with { MaxAttempts = f.Whole(RetryPolicy.None.MaxAttempts) }),
        ("initialDelay", (retry, f) => retry with { InitialDelay = f.Duration(RetryPolicy.None.InitialDelay)!.Value }),
        ("maxDelay", (retry, f) => retry with { MaxDelay = f.Duration(RetryPolicy.None.MaxDelay)!.Value }),
        ("multiplier", (retry, f) => retry with { Multiplier = f.Number(RetryPolicy.None.Multiplier) }),
        ("jitter", (retry, f) => retry with { Jitter = f.Flag(RetryPolicy.None.Jitter) }),
        ("on", RetryConditions.Read));

    private static readonly FieldTable<Alerting> Alerts = new(
        ("after", (alerting, f) => alerting with { After = f.Whole(Alerting.Default.After) }),
        ("repeatEvery", (alerting, f) => alerting with { RepeatEvery = f.Duration(Alerting.Default.RepeatEvery) }),
        ("notifyRecovery", (alerting, f) => alerting with { NotifyRecovery = f.Flag(Alerting.Default.NotifyRecovery) }),
        ("overdueAfter", (alerting, f) => alerting with { OverdueAfter = f.Duration(Alerting.Default.OverdueAfter) }));

    /// <summary>What the default is stands in no event, so that giving it is no change.</summary>
    private static T? Unless<T>(T usual, T? given) where T : struct => usual.Equals(given) ? null : given;
}
