using JobScheduler.Domain;
using JobScheduler.Domain.Executions;
using JobScheduler.EventStore;
using Npgsql;
using static NpgsqlTypes.NpgsqlDbType;

namespace JobScheduler.Projections.Executions;

/// <summary>
/// The history: <c>executions</c> (ended), <c>open_executions</c> (claimed, no outcome yet), <c>missed_occurrences</c>,
/// <c>job_progress</c> (a row a job) and <c>execution_totals</c> (one row).
/// </summary>
public sealed class ExecutionsReadModel : ReadModel
{
    public override string Name => "executions";

    public override IReadOnlyList<string> Tables { get; } =
        ["executions", "open_executions", "missed_occurrences", "job_progress", "execution_totals"];

    public override IReadOnlyCollection<string> EventTypes { get; } = EventCatalog.NamesIn(EventCatalog.ExecutionStream);

    protected override void Write(IReadOnlyList<StoredEvent> events, string schema, NpgsqlBatch batch)
    {
        var open = new OpenExecutionChanges();
        var ended = new List<EndedExecution>();
        var missed = new List<StoredEvent>();
        var progress = new ProgressChanges();
        foreach (var e in events)
        {
            switch (e.Data)
            {
                case ExecutionScheduled claim: open.Claimed(e, claim.JobId, claim.ScheduledFor, ExecutionTrigger.Schedule); break;
                case ExecutionRequested claim: open.Claimed(e, claim.JobId, claim.ScheduledFor, ExecutionTrigger.Manual); break;
                case ExecutionStarted: open.Started(e.StreamId); break;
                case ExecutionAttemptFailed attempt: open.WaitsForRetry(e.StreamId, attempt); break;
                case ExecutionCompleted or ExecutionFailed or ExecutionSkipped:
                    var execution = EndedExecution.Of(e);
                    open.Ended(e.StreamId);
                    ended.Add(execution);
                    progress.Add(execution);
                    break;
                case JobOccurrencesMissed occurrences:
                    missed.Add(e);
                    progress.Add(occurrences);
                    break;
            }
        }

        open.AddTo(batch, schema);
        if (ended.Count > 0) InsertEnded(ended, schema, batch);
        if (missed.Count > 0) InsertMissed(missed, schema, batch);
        progress.AddTo(batch, schema);
    }

    private static void InsertEnded(List<EndedExecution> ended, string schema, NpgsqlBatch batch) => batch.Add(
        $"""
        insert into {schema}.executions (id, job_id, scheduled_for, trigger, status, recorded_at, started_at, duration_ms, lateness_ms,
                                         attempts, status_code, failure, error, response, skip_reason)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        """,
        ended.Column(Uuid, e => e.Id),
        ended.Column(Uuid, e => e.JobId),
        ended.Column(TimestampTz, e => e.ScheduledFor),
        ended.Column(Varchar, e => WireName.Of(e.Trigger)),
        ended.Column(Varchar, e => WireName.Of(e.Status)),
        ended.Column(TimestampTz, e => e.RecordedAt),
        ended.Column(TimestampTz, e => e.Result?.StartedAt),
        ended.Column(NpgsqlTypes.NpgsqlDbType.Double, e => e.Result?.DurationMs),
        ended.Column(NpgsqlTypes.NpgsqlDbType.Double, e => e.Result?.LatenessMs),
        ended.Column(Integer, e => e.Result?.Attempt ?? 0),
        ended.Column(Integer, e => e.Result?.StatusCode),
        ended.Column(Varchar, e => e.Result?.Failure is { } failure ? WireName.Of(failure) : null),
        ended.Column(Varchar, e => e.Result?.Error),
        ended.Column(Varchar, e => e.Result?.Response),
        ended.Column(Varchar, e => e.SkipReason is { } reason ? WireName.Of(reason) : null));

    private static void InsertMissed(List<StoredEvent> missed, string schema, NpgsqlBatch batch) => batch.Add(
        $"""
        insert into {schema}.missed_occurrences (id, job_id, first_at, last_at, count, reason, recorded_at)
        select * from unnest($1, $2, $3, $4, $5, $6, $7)
        """,
        missed.Column(Uuid, e => e.StreamId),
        missed.Column(Uuid, e => Of(e).JobId),
        missed.Column(TimestampTz, e => Of(e).From),
        missed.Column(TimestampTz, e => Of(e).To),
        missed.Column(Bigint, e => Of(e).Count),
        missed.Column(Varchar, e => WireName.Of(Of(e).Reason)),
        missed.Column(TimestampTz, e => e.Timestamp));

    private static JobOccurrencesMissed Of(StoredEvent e) => (JobOccurrencesMissed)e.Data;
}
