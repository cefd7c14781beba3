using JobScheduler.Domain.Schedules;

namespace JobScheduler.Domain.Jobs;

// The events of a job's stream: its definition's changes only. These records are a storage format: change them additively,
// or add an upcaster and a line in the changelog. Their stored names stand in EventCatalog.

/// <summary>An event of a job's stream.</summary>
public abstract record JobEvent;

public sealed record JobCreated(
    Schedule Schedule,
    HttpTarget Target,
    ExecutionPolicy Policy,
    Alerting Alerting,
    string? Name,
    IReadOnlyList<string> Tags) : JobEvent;

public sealed record JobRescheduled(Schedule Schedule) : JobEvent;

public sealed record JobRetargeted(HttpTarget Target) : JobEvent;

public sealed record JobPolicyChanged(ExecutionPolicy Policy) : JobEvent;

public sealed record JobAlertingChanged(Alerting Alerting) : JobEvent;

public sealed record JobRenamed(string? Name) : JobEvent;

public sealed record JobRetagged(IReadOnlyList<string> Tags) : JobEvent;

public sealed record JobPaused : JobEvent;

public sealed record JobResumed : JobEvent;

public sealed record JobDeleted : JobEvent;
