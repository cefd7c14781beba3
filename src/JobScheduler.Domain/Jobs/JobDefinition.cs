using JobScheduler.Domain.Schedules;

namespace JobScheduler.Domain.Jobs;

/// <summary>All that a user says of a job. Compared part by part: each part that changes is an event of its own.</summary>
public sealed record JobDefinition(
    Schedule Schedule,
    HttpTarget Target,
    ExecutionPolicy Policy,
    Alerting Alerting,
    string? Name,
    IReadOnlyList<string> Tags);
