namespace JobScheduler.Domain.Jobs;

/// <summary>Brings a job into being; its stream must not exist yet, which the append checks.</summary>
public static class CreateJob
{
    public static JobCreated Decide(JobDefinition definition) => new(
        definition.Schedule, definition.Target, definition.Policy, definition.Alerting, definition.Name, definition.Tags);
}
