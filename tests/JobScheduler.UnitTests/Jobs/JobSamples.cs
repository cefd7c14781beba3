using FsCheck;
using FsCheck.Fluent;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;

namespace JobScheduler.UnitTests.Jobs;

/// <summary>One job in each state, and random definitions of which parts are often equal.</summary>
internal static class JobSamples
{
    public static readonly JobDefinition Definition = new(
        new Schedule("0 * * * *"), HttpTarget.To("https://example.com/hook"), ExecutionPolicy.Default, Alerting.Default, "hourly", ["a", "b"]);

    public static readonly Job Active = Job.Evolve(null, CreateJob.Decide(Definition));
    public static readonly Job Paused = Job.Evolve(Active, new JobPaused());
    public static readonly Job Deleted = Job.Evolve(Active, new JobDeleted());

    public static Arbitrary<(JobDefinition Current, JobDefinition Wanted)> Pairs { get; } = (
        from current in RandomDefinition
        from wanted in RandomDefinition
        from part in Gen.Choose(0, 6)
        select (current, part switch
        {
            // Often only one part differs, sometimes none.
            0 => Copy(current),
            1 => current with { Schedule = wanted.Schedule },
            2 => current with { Target = wanted.Target },
            3 => current with { Policy = wanted.Policy, Name = wanted.Name },
            4 => current with { Alerting = wanted.Alerting },
            5 => current with { Tags = wanted.Tags },
            _ => wanted,
        })).ToArbitrary();

    public static IReadOnlyList<JobEvent> Events(this Decision decision) => decision.ShouldBeOfType<Decision.Accepted>().Events;

    private static Gen<JobDefinition> RandomDefinition =>
        from schedule in RandomSchedule
        from target in RandomTarget
        from policy in RandomPolicy
        from alerting in RandomAlerting
        from name in Gen.Elements(null, "hourly", "nightly")
        from tags in Gen.Elements("a", "b", "c").ListOf().Select(tags => tags.Take(3).ToArray())
        select new JobDefinition(schedule, target, policy, alerting, name, tags);

    private static Gen<Schedule> RandomSchedule =>
        from once in Gen.Elements(true, false, false)
        from cron in Gen.Elements("* * * * *", "0 * * * *", "*/5 * * * * *", "@daily")
        from zone in Gen.Elements("UTC", "Europe/Berlin")
        from start in Instant
        from end in Instant
        select once ? new Schedule(null, start ?? DateTimeOffset.UnixEpoch, zone) : new Schedule(cron, null, zone, start, end);

    private static Gen<HttpTarget> RandomTarget =>
        from api in Gen.Elements("https://a.example/x", "https://b.example/y")
        from method in Gen.Elements("POST", "GET")
        from headers in Gen.Elements("X-A", "X-B").ListOf().Select(names => names.Take(2).Select(n => new TargetHeader(n, Guid.Empty)).ToArray())
        from body in Gen.Elements(null, "{}")
        from type in Gen.Elements(null, "application/json")
        from seconds in Gen.Elements(1, 30)
        from codes in Gen.Elements<StatusCodeRange[]>([StatusCodeRange.Success], [new(200, 204)], [StatusCodeRange.Success, new(404, 404)])
        from follow in Gen.Elements(true, false)
        from connect in Gen.Elements<TimeSpan?>(null, TimeSpan.FromSeconds(1))
        select new HttpTarget(api, method, headers, body, type, TimeSpan.FromSeconds(seconds), [.. codes], follow, connect);

    private static Gen<ExecutionPolicy> RandomPolicy =>
        from type in Gen.Elements(Enum.GetValues<DeliveryType>())
        from misfire in Gen.Elements(Enum.GetValues<MisfirePolicy>())
        from overlap in Gen.Elements(Enum.GetValues<OverlapPolicy>())
        from attempts in Gen.Choose(1, 2)
        from jitter in Gen.Elements(true, false)
        from @on in Gen.Elements<RetryCondition[]?>(null, [new(FailureKind.Timeout)], [new(StatusCodes: new(409, 409))])
        from limit in Gen.Elements<int?>(null, 5)
        from grace in Gen.Elements<TimeSpan?>(null, TimeSpan.FromHours(1))
        select new ExecutionPolicy(
            type, misfire, overlap, RetryPolicy.None with { MaxAttempts = attempts, Jitter = jitter, On = @on?.ToArray() }, limit, grace);

    private static Gen<Alerting> RandomAlerting =>
        from webhook in Gen.Elements(null, "https://a.example/alerts")
        from after in Gen.Choose(1, 2)
        from every in Gen.Elements<TimeSpan?>(null, TimeSpan.FromHours(1))
        from recovery in Gen.Elements(true, false)
        select new Alerting(webhook, after, every, recovery);

    private static Gen<DateTimeOffset?> Instant =>
        Gen.Elements<DateTimeOffset?>(null, null, DateTimeOffset.UnixEpoch.AddDays(20_000), DateTimeOffset.UnixEpoch.AddDays(30_000));

    /// <summary>Equal in all parts, with lists of its own.</summary>
    private static JobDefinition Copy(JobDefinition job) => job with
    {
        Tags = [.. job.Tags],
        Target = job.Target with { Headers = [.. job.Target.Headers], SuccessCodes = [.. job.Target.SuccessCodes] },
        Policy = job.Policy with { Retry = job.Policy.Retry with { On = job.Policy.Retry.On?.ToArray() } },
    };
}
