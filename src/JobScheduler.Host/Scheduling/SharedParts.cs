using System.Collections.Concurrent;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;

namespace JobScheduler.Host.Scheduling;

/// <summary>
/// Keeps one object for what is equal in many jobs, so that a million of them fit into memory. What is kept here stays, so only parts of
/// which there are few different ones are shared: not instants, not URLs.
/// </summary>
internal static class SharedParts
{
    private static readonly ConcurrentDictionary<Schedule, (Schedule Schedule, Timetable Timetable)> Schedules = [];
    private static readonly ConcurrentDictionary<ExecutionPolicy, ExecutionPolicy> Policies = [];

    /// <exception cref="TimeZoneNotFoundException">The zone is unknown on this machine.</exception>
    /// <exception cref="FormatException">The expression does not parse.</exception>
    public static (Schedule Schedule, Timetable Timetable) Share(Schedule schedule) => schedule is { RunAt: null, StartAt: null, EndAt: null }
        ? Schedules.GetOrAdd(schedule, static s => (s, new Timetable(s)))
        : (schedule, new Timetable(schedule));

    public static ExecutionPolicy Share(ExecutionPolicy policy) => Policies.GetOrAdd(policy, policy);

    public static HttpTarget Share(HttpTarget target) => target with
    {
        Method = string.Intern(target.Method),
        ContentType = target.ContentType is null ? null : string.Intern(target.ContentType),
        Headers = target.Headers.Count == 0 ? [] : target.Headers,
        SuccessCodes = target.SuccessCodes is [var only] && only == StatusCodeRange.Success ? HttpTarget.DefaultSuccessCodes : target.SuccessCodes,
    };
}
