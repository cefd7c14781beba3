using System.Text.Json.Serialization;

namespace JobScheduler.Domain.Jobs;

/// <summary>How the occurrences of a job are run.</summary>
public sealed record ExecutionPolicy(DeliveryType Type, MisfirePolicy Misfire, OverlapPolicy Overlap, RetryPolicy Retry)
{
    public static readonly ExecutionPolicy Default =
        new(DeliveryType.AtLeastOnce, MisfirePolicy.FireOnce, OverlapPolicy.Allow, RetryPolicy.None);
}

/// <summary>What becomes of a claimed occurrence whose outcome was lost in a crash.</summary>
public enum DeliveryType
{
    /// <summary>It is sent again, under the same execution id.</summary>
    [JsonStringEnumMemberName("ATLEAST_ONCE")]
    AtLeastOnce,

    /// <summary>It is never sent twice: the lost outcome is recorded as failed.</summary>
    [JsonStringEnumMemberName("AT_MOST_ONCE")]
    AtMostOnce,
}

/// <summary>What becomes of the occurrences that nobody could run in time.</summary>
public enum MisfirePolicy
{
    /// <summary>The latest is run, the others are recorded as missed.</summary>
    [JsonStringEnumMemberName("FIRE_ONCE")]
    FireOnce,

    /// <summary>The latest <see cref="Executions.Misfire.FireAllLimit"/> are run, those before are recorded as missed.</summary>
    [JsonStringEnumMemberName("FIRE_ALL")]
    FireAll,

    /// <summary>All are recorded as missed.</summary>
    [JsonStringEnumMemberName("SKIP")]
    Skip,
}

/// <summary>What becomes of an occurrence that is due while an earlier run of its job is still open.</summary>
public enum OverlapPolicy
{
    /// <summary>It runs beside the earlier one.</summary>
    [JsonStringEnumMemberName("ALLOW")]
    Allow,

    /// <summary>It is recorded as skipped.</summary>
    [JsonStringEnumMemberName("SKIP")]
    Skip,

    /// <summary>One waits for the earlier one to end; further ones are recorded as skipped.</summary>
    [JsonStringEnumMemberName("QUEUE")]
    Queue,
}
