using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;

namespace JobScheduler.Host.Api.Commands;

/// <summary>A stream as its events tell it.</summary>
/// <param name="Version">Of its last event.</param>
/// <param name="CreatedAt">When its first event was appended.</param>
/// <param name="UpdatedAt">When its last event was appended.</param>
internal sealed record Folded<T>(T State, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>The streams there are, folded. A stream of another kind counts as none.</summary>
internal static class Streams
{
    public static Folded<Job>? Job(Folded<Job>? job, StoredEvent stored) => Fold<Job, JobEvent>(job, stored, Domain.Jobs.Job.Evolve);

    public static Folded<Execution>? Execution(Folded<Execution>? execution, StoredEvent stored) =>
        Fold<Execution, ExecutionEvent>(execution, stored, Domain.Executions.Execution.Evolve);

    public static Folded<Alert>? Alert(Folded<Alert>? alert, StoredEvent stored) => Fold<Alert, AlertEvent>(alert, stored, Domain.Alerts.Alert.Evolve);

    private static Folded<T>? Fold<T, TEvent>(Folded<T>? before, StoredEvent stored, Func<T?, TEvent, T> evolve) where T : class =>
        stored.Data is TEvent @event
            ? new(evolve(before?.State, @event), stored.Version, before?.CreatedAt ?? stored.Timestamp, stored.Timestamp)
            : null;
}
