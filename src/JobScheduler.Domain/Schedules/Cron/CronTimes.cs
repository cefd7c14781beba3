using System.Numerics;

namespace JobScheduler.Domain.Schedules.Cron;

/// <summary>The times of day of an expression, as bit sets: bit n stands for the value n.</summary>
/// <param name="Seconds">Bits 0-59; not empty.</param>
/// <param name="Minutes">Bits 0-59; not empty.</param>
/// <param name="Hours">Bits 0-23; not empty.</param>
internal readonly record struct CronTimes(ulong Seconds, ulong Minutes, ulong Hours)
{
    public const int SecondsPerDay = 86_400;
    private const int None = -1;

    /// <summary>The earliest, in seconds since midnight.</summary>
    public int First => Compose(Lowest(Hours), Lowest(Minutes), Lowest(Seconds));

    /// <summary>The latest, in seconds since midnight.</summary>
    public int Last => Compose(Highest(Hours), Highest(Minutes), Highest(Seconds));

    public int CountPerDay => BitOperations.PopCount(Hours) * BitOperations.PopCount(Minutes) * BitOperations.PopCount(Seconds);

    /// <summary>The earliest at or after <paramref name="time"/> (seconds since midnight), or -1.</summary>
    public int Next(int time)
    {
        var (hour, minute, second) = Split(time);
        if (Has(Hours, hour))
        {
            if (Has(Minutes, minute) && AtOrAbove(Seconds, second) is not 0 and var seconds)
                return Compose(hour, minute, Lowest(seconds));
            if (AtOrAbove(Minutes, minute + 1) is not 0 and var minutes)
                return Compose(hour, Lowest(minutes), Lowest(Seconds));
        }

        return AtOrAbove(Hours, hour + 1) is not 0 and var hours ? Compose(Lowest(hours), Lowest(Minutes), Lowest(Seconds)) : None;
    }

    /// <summary>The latest at or before <paramref name="time"/> (seconds since midnight), or -1.</summary>
    public int Previous(int time)
    {
        var (hour, minute, second) = Split(time);
        if (Has(Hours, hour))
        {
            if (Has(Minutes, minute) && Below(Seconds, second + 1) is not 0 and var seconds)
                return Compose(hour, minute, Highest(seconds));
            if (Below(Minutes, minute) is not 0 and var minutes)
                return Compose(hour, Highest(minutes), Highest(Seconds));
        }

        return Below(Hours, hour) is not 0 and var hours ? Compose(Highest(hours), Highest(Minutes), Highest(Seconds)) : None;
    }

    /// <summary>How many lie before <paramref name="time"/> (seconds since midnight).</summary>
    public int CountBefore(int time)
    {
        var (hour, minute, second) = Split(time);
        var perMinute = BitOperations.PopCount(Seconds);
        var count = BitOperations.PopCount(Below(Hours, hour)) * BitOperations.PopCount(Minutes) * perMinute;
        if (!Has(Hours, hour))
            return count;
        count += BitOperations.PopCount(Below(Minutes, minute)) * perMinute;
        return Has(Minutes, minute) ? count + BitOperations.PopCount(Below(Seconds, second)) : count;
    }

    private static (int Hour, int Minute, int Second) Split(int time) => (time / 3600, time / 60 % 60, time % 60);

    private static int Compose(int hour, int minute, int second) => (hour * 60 + minute) * 60 + second;

    private static bool Has(ulong bits, int index) => (bits >> index & 1) != 0;

    private static ulong AtOrAbove(ulong bits, int index) => bits >> index << index;

    private static ulong Below(ulong bits, int index) => bits & (1UL << index) - 1;

    private static int Lowest(ulong bits) => BitOperations.TrailingZeroCount(bits);

    private static int Highest(ulong bits) => BitOperations.Log2(bits);
}
