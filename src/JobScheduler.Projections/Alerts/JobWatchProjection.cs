using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using Npgsql;
using static NpgsqlTypes.NpgsqlDbType;

namespace JobScheduler.Projections.Alerts;

/// <summary>
/// Has a job that changes when it is due, or whether somebody wants to be told, looked at anew, and keeps its alert that it is overdue
/// in <c>job_watch</c>. A queue, not a read model.
/// </summary>
public sealed class JobWatchProjection : IInlineProjection
{
    public void Apply(IReadOnlyList<StoredEvent> events, string schema, NpgsqlBatch batch)
    {
        var changed = new Dictionary<Guid, DateTimeOffset>();
        var raised = new List<(Guid AlertId, AlertRaised Alert)>();
        var resolved = new List<(Guid AlertId, Guid JobId)>();
        foreach (var stored in events)
        {
            switch (stored.Data)
            {
                case JobCreated or JobRescheduled or JobAlertingChanged or JobPaused or JobResumed or JobDeleted:
                    changed.TryAdd(stored.StreamId, stored.Timestamp);
                    break;
                case AlertRaised { Kind: not AlertKind.Failed } e: raised.Add((stored.StreamId, e)); break;
                case AlertResolved e: resolved.Add((stored.StreamId, e.JobId)); break;
            }
        }

        if (changed.Count > 0) Look(changed, schema, batch);
        if (raised.Count > 0) Raise(raised, schema, batch);
        if (resolved.Count > 0) Resolve(resolved, schema, batch);
    }

    private static void Look(Dictionary<Guid, DateTimeOffset> changed, string schema, NpgsqlBatch batch) => batch.Add(
        $"""
        insert into {schema}.job_watch as w (job_id, look_at)
        select job_id, at from unnest($1, $2) as n (job_id, at)
        on conflict (job_id) do update set look_at = least(w.look_at, excluded.look_at)
        """,
        changed.Column(Uuid, c => c.Key),
        changed.Column(TimestampTz, c => c.Value));

    private static void Raise(List<(Guid AlertId, AlertRaised Alert)> raised, string schema, NpgsqlBatch batch) => batch.Add(
        $"""
        update {schema}.job_watch w
        set alert_id = n.alert_id, overdue_since = n.since
        from unnest($1, $2, $3) as n (job_id, alert_id, since)
        where w.job_id = n.job_id
        """,
        raised.Column(Uuid, r => r.Alert.JobId),
        raised.Column(Uuid, r => r.AlertId),
        raised.Column(TimestampTz, r => r.Alert.ScheduledFor));

    private static void Resolve(List<(Guid AlertId, Guid JobId)> resolved, string schema, NpgsqlBatch batch) => batch.Add(
        $"""
        update {schema}.job_watch w
        set alert_id = null, overdue_since = null
        from unnest($1, $2) as n (job_id, alert_id)
        where w.job_id = n.job_id and w.alert_id = n.alert_id
        """,
        resolved.Column(Uuid, r => r.JobId),
        resolved.Column(Uuid, r => r.AlertId));
}
