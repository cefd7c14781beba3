using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;

namespace JobScheduler.Host.Api.Jobs;

/// <summary>A job's definition while a request is being read into it.</summary>
/// <param name="Headers">What the request says of the headers; <c>null</c>: nothing.</param>
/// <param name="ContentTypeGiven">Whether the request says itself what the body is.</param>
internal sealed record JobDraft(JobDefinition Definition, IReadOnlyList<HeaderText>? Headers = null, bool ContentTypeGiven = false)
{
    public Schedule Schedule => Definition.Schedule;

    public HttpTarget Target => Definition.Target;

    public RetryPolicy Retry => Definition.Policy.Retry;

    public Alerting Alerting => Definition.Alerting;

    /// <summary>A new job before anything is said of it: neither when it is due nor what it calls.</summary>
    public static JobDraft Empty { get; } =
        new(new JobDefinition(new Schedule(null), HttpTarget.To(""), ExecutionPolicy.Default, Alerting.Default, null, []));

    public JobDraft With(Schedule schedule) => this with { Definition = Definition with { Schedule = schedule } };

    public JobDraft With(HttpTarget target) => this with { Definition = Definition with { Target = target } };

    public JobDraft With(ExecutionPolicy policy) => this with { Definition = Definition with { Policy = policy } };

    public JobDraft With(RetryPolicy retry) => With(Definition.Policy with { Retry = retry });

    public JobDraft With(Alerting alerting) => this with { Definition = Definition with { Alerting = alerting } };
}

/// <summary>A header as a request gives it: <see cref="Kept"/> for a value that stays what it is.</summary>
internal sealed record HeaderText(string Name, string Value)
{
    /// <summary>What reads show for a value, and what an update may give back.</summary>
    public const string Kept = "***";
}
