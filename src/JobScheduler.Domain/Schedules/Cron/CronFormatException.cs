namespace JobScheduler.Domain.Schedules.Cron;

/// <summary>An expression was not understood; the message names the field, what is wrong and what would be right.</summary>
public class CronFormatException : FormatException
{
    /// <summary>An error of the expression as a whole.</summary>
    public CronFormatException(string message)
        : base(message)
    {
    }

    internal CronFormatException(CronField field, string message)
        : base($"{field.Name}: {message}") => Field = field.Name;

    /// <summary>
    /// "Seconds", "Minutes", "Hours", "Days of month", "Months" or "Days of week";
    /// null when the error is of the expression as a whole. Not in Cronos.
    /// </summary>
    public string? Field { get; }
}
