namespace JobScheduler.Domain.Schedules.Cron;

/// <summary>Which fields an expression has.</summary>
[Flags]
public enum CronFormat
{
    /// <summary>Five fields: minute, hour, day of month, month, day of week. Occurrences fall on second 0.</summary>
    Standard = 0,

    /// <summary>Six fields: the five above, with a field for the second before them.</summary>
    IncludeSeconds = 1,
}
