using FsCheck;
using FsCheck.Fluent;

namespace JobScheduler.UnitTests.Schedules.Cron;

/// <summary>Random expressions, zones, and instants that lie near a transition of the zone.</summary>
internal static class CronCases
{
    private static readonly string[] ZoneIds =
    [
        "UTC", "Europe/Berlin", "Europe/Dublin", "America/New_York", "America/Santiago", "America/Havana", "America/Sao_Paulo",
        "Australia/Sydney", "Australia/Lord_Howe", "Asia/Kolkata", "Asia/Beirut", "Pacific/Apia", "Africa/Casablanca",
    ];

    private static readonly Lazy<(TimeZoneInfo Zone, DateTime[] Transitions)[]> Zones = new(() =>
        [.. ZoneIds.Select(TimeZoneInfo.FindSystemTimeZoneById).Select(zone => (zone, TransitionsOf(zone)))]);

    /// <param name="Expression">Six fields.</param>
    /// <param name="Zone">Where.</param>
    /// <param name="From">A whole second (UTC), mostly near a transition of the zone.</param>
    /// <param name="Length">Of the stretch to look at.</param>
    internal sealed record Case(string Expression, TimeZoneInfo Zone, DateTime From, TimeSpan Length)
    {
        public override string ToString() => $"'{Expression}' in {Zone.Id} from {From:O} for {Length}";
    }

    public static Arbitrary<Case> NearTransitions { get; } = (
        from index in Gen.Choose(0, ZoneIds.Length - 1)
        from shape in NightlyExpression
        from instant in InstantNear(index)
        from length in Gen.Choose(0, 9 * 3600)
        select new Case(shape, Zones.Value[index].Zone, instant, TimeSpan.FromSeconds(length))).ToArbitrary();

    public static Arbitrary<Case> AnyDay { get; } = (
        from shape in SparseExpression
        from day in Gen.Choose(0, 365 * 120)
        from second in Gen.Choose(0, 86_399)
        select new Case(shape, TimeZoneInfo.Utc, new DateTime(1975, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(day).AddSeconds(second), default))
        .ToArbitrary();

    // Dense enough to meet the few hours around a transition.
    private static Gen<string> NightlyExpression =>
        from second in Gen.Frequency((6, Gen.Constant("0")), (1, Set(0, 59)))
        from minute in Set(0, 59)
        from hour in Gen.OneOf(Gen.Constant("*"), Set(0, 4), Set(0, 23), Gen.Elements("22-2", "23-1/2", "0,1,2,3", "1,2", "*/2"))
        from day in Gen.Frequency((6, Gen.Constant("*")), (1, Gen.Elements("1-15", "16-31", "L", "*/2", "1W")))
        from month in Gen.Frequency((6, Gen.Constant("*")), (1, Set(1, 12)))
        from weekday in Gen.Frequency((6, Gen.Constant("*")), (2, Gen.Elements("0", "7", "6-1", "0L", "5-7", "1-5")))
        select $"{second} {minute} {hour} {day} {month} {weekday}";

    private static Gen<string> SparseExpression =>
        from second in Set(0, 59)
        from minute in Set(0, 59)
        from hour in Set(0, 23)
        from day in Gen.OneOf(
            Set(1, 31),
            Gen.Elements("*", "L", "LW", "?"),
            Gen.Choose(0, 30).Select(n => $"L-{n}"),
            Gen.Choose(0, 30).Select(n => $"L-{n}W"),
            Gen.Choose(1, 31).Select(n => $"{n}W"))
        from month in Gen.OneOf(Gen.Constant("*"), Set(1, 12))
        from weekday in Gen.OneOf(
            Gen.Constant("*"),
            Set(0, 6),
            Gen.Choose(0, 7).Select(n => $"{n}L"),
            from n in Gen.Choose(0, 7) from nth in Gen.Choose(1, 5) select $"{n}#{nth}")
        select $"{second} {minute} {hour} {day} {month} {weekday}";

    private static Gen<string> Set(int min, int max)
    {
        var value = Gen.Choose(min, max).Select(n => n.ToString());
        var range = from low in value from high in value select $"{low}-{high}";
        var step = Gen.Choose(1, max).Select(n => $"/{n}");
        var part = Gen.Frequency(
            (3, value), (1, range), (1, from low in value from n in step select low + n), (1, from r in range from n in step select r + n));
        return Gen.Frequency(
            (1, Gen.Constant("*")),
            (1, step.Select(n => "*" + n)),
            (3, part),
            (1, from a in part from b in part from c in value select $"{a},{b},{c}"));
    }

    private static Gen<DateTime> InstantNear(int zone)
    {
        var transitions = Zones.Value[zone].Transitions;
        var around = transitions.Length > 0
            ? Gen.Elements(transitions)
            : Gen.Choose(0, 365 * 40).Select(day => new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(day));
        var seconds = Gen.Frequency(
            (3, Gen.Choose(-7 * 3600, 3 * 3600)), (1, Gen.Choose(-2, 2)), (1, Gen.Choose(-12, 8).Select(quarter => quarter * 900)));
        return from instant in around from distance in seconds select instant.AddSeconds(distance);
    }

    // Hour by hour, then second by second.
    private static DateTime[] TransitionsOf(TimeZoneInfo zone)
    {
        var found = new List<DateTime>();
        var end = new DateTime(2045, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        for (var hour = new DateTime(1985, 1, 1, 0, 0, 0, DateTimeKind.Utc); hour < end; hour = hour.AddHours(1))
        {
            if (zone.GetUtcOffset(hour) == zone.GetUtcOffset(hour.AddHours(1)))
                continue;
            var second = hour;
            while (zone.GetUtcOffset(second) == zone.GetUtcOffset(hour))
                second = second.AddSeconds(1);
            found.Add(second);
        }

        return [.. found];
    }
}
