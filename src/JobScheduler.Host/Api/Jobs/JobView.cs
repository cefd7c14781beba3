using System.Text.Json.Serialization;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.Host.Api.Commands;
using JobScheduler.Projections.Jobs;

namespace JobScheduler.Host.Api.Jobs;

/// <summary>A job's definition and state.</summary>
internal record JobView
{
    /// <param name="now">The next execution is the first one after this.</param>
    public JobView(Guid id, JobState state, JobDefinition job, long version, DateTimeOffset createdAt, DateTimeOffset updatedAt, DateTimeOffset now)
    {
        (JobId, State, Version, CreatedAt, UpdatedAt) = (id, state, version, createdAt, updatedAt);
        (Schedule, RunAt, TimeZone, StartAt, EndAt) =
            (job.Schedule.Cron, job.Schedule.RunAt, job.Schedule.TimeZone, job.Schedule.StartAt, job.Schedule.EndAt);
        (Api, Method, Body, ContentType, Timeout, ConnectTimeout, SuccessCodes, FollowRedirects) = (
            job.Target.Api, job.Target.Method, job.Target.Body, job.Target.ContentType, job.Target.Timeout,
            job.Target.ConnectTimeout ?? HttpTarget.DefaultConnectTimeout, job.Target.SuccessCodes, job.Target.FollowRedirects);
        Headers = job.Target.Headers.ToDictionary(h => h.Name, _ => HeaderText.Kept);
        (Type, Misfire, Overlap, Retry) = (job.Policy.Type, job.Policy.Misfire, job.Policy.Overlap, new(job.Policy.Retry));
        (MisfireLimit, MisfireGrace) = (job.Policy.MisfireLimit ?? Domain.Executions.Misfire.DefaultLimit, job.Policy.MisfireGrace);
        AlertWebhook = job.Alerting.Webhook;
        Alerts = new(job.Alerting.After, job.Alerting.RepeatEvery, job.Alerting.NotifyRecovery, job.Alerting.OverdueAfter);
        (Name, Tags) = (job.Name, job.Tags);
        NextExecutionTime = state == JobState.Active ? new Timetable(job.Schedule).NextAfter(now) : null;
    }

    public static JobView Of(Guid id, Folded<Job> job, DateTimeOffset now) =>
        new(id, job.State.State, job.State.Definition, job.Version, job.CreatedAt, job.UpdatedAt, now);

    public Guid JobId { get; }

    public string? Schedule { get; }

    public string Api { get; }

    public DeliveryType Type { get; }

    public DateTimeOffset? NextExecutionTime { get; }

    public string? AlertWebhook { get; }

    public string? Name { get; }

    public IReadOnlyList<string> Tags { get; }

    public JobState State { get; }

    public long Version { get; }

    public DateTimeOffset? RunAt { get; }

    public string TimeZone { get; }

    public DateTimeOffset? StartAt { get; }

    public DateTimeOffset? EndAt { get; }

    public string Method { get; }

    public IReadOnlyDictionary<string, string> Headers { get; }

    public string? Body { get; }

    public string? ContentType { get; }

    public TimeSpan Timeout { get; }

    public TimeSpan ConnectTimeout { get; }

    public IReadOnlyList<StatusCodeRange> SuccessCodes { get; }

    public bool FollowRedirects { get; }

    public MisfirePolicy Misfire { get; }

    public int MisfireLimit { get; }

    public TimeSpan? MisfireGrace { get; }

    public OverlapPolicy Overlap { get; }

    public RetryView Retry { get; }

    public AlertsView Alerts { get; }

    public DateTimeOffset CreatedAt { get; }

    public DateTimeOffset UpdatedAt { get; }
}

internal sealed record RetryView(
    int MaxAttempts, TimeSpan InitialDelay, TimeSpan MaxDelay, double Multiplier, bool Jitter, IReadOnlyList<RetryCondition> On)
{
    public RetryView(RetryPolicy retry)
        : this(retry.MaxAttempts, retry.InitialDelay, retry.MaxDelay, retry.Multiplier, retry.Jitter, retry.Conditions)
    {
    }
}

/// <param name="OverdueAfter">null: as the installation is configured.</param>
internal sealed record AlertsView(int After, TimeSpan? RepeatEvery, bool NotifyRecovery, TimeSpan? OverdueAfter);

/// <summary>A job and what has become of it.</summary>
internal sealed record JobDetail : JobView
{
    public JobDetail(JobRow row, DateTimeOffset now)
        : base(row.Id, row.State, row.Definition, row.Version, row.CreatedAt, row.UpdatedAt, now)
    {
        if (row.Progress is not { } progress)
        {
            Counts = new(0, 0, 0, 0);
            return;
        }

        Counts = new(progress.Successes, progress.Failures, progress.Skipped, progress.Missed);
        ConsecutiveFailures = progress.ConsecutiveFailures;
        if (progress is { LastExecutionId: { } id, LastStatus: { } status })
        {
            LastExecution = new(id, status, progress.LastExecutionTime, progress.LastStatusCode, progress.LastDurationMs);
        }
    }

    [JsonPropertyOrder(1)]
    public LastExecutionView? LastExecution { get; }

    [JsonPropertyOrder(1)]
    public CountsView Counts { get; }

    [JsonPropertyOrder(1)]
    public int ConsecutiveFailures { get; }
}

internal sealed record LastExecutionView(Guid ExecutionId, ExecutionStatus Status, DateTimeOffset? ExecutionTime, int? StatusCode, double? DurationMs);

internal sealed record CountsView(long Success, long Failure, long Skipped, long Missed);
