using System.Text.Json.Serialization;

namespace JobScheduler.Domain.Jobs;

/// <summary>How the occurrences of a job are run.</summary>
/// <param name="MisfireLimit">
/// The most that <see cref="MisfirePolicy.FireAll"/> runs of one outage; 1 to 1,000; <c>null</c>: <see cref="Executions.Misfire.DefaultLimit"/>.
/// </param>
/// <param name="MisfireGrace">
/// Occurrences later than this follow the misfire policy, those within it simply run late; 1 s to 1 day; <c>null</c>: the installation's.
/// </param>
public sealed record ExecutionPolicy(
    DeliveryType Type,
    MisfirePolicy Misfire,
    OverlapPolicy Overlap,
    RetryPolicy Retry,
    int? MisfireLimit = null,
    TimeSpan? MisfireGrace = null)
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

    /// <summary>The latest are run, up to <see cref="ExecutionPolicy.MisfireLimit"/>; those before are recorded as missed.</summary>
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
