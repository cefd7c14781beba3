using System.Collections;
using System.Reflection;
using System.Text.Json.Serialization;
using JobScheduler.Domain;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.UnitTests;

public sealed class WireNameTests
{
    public static TheoryData<Type> Enums => [.. typeof(WireName).Assembly.GetTypes().Where(t => t.IsEnum && t.IsPublic && !IsCron(t))];

    public static TheoryData<Type> StoredEnums =>
        [.. EventCatalog.All.SelectMany(e => Reached(e.ClrType, [])).Where(t => t.IsEnum).Distinct()];

    [Theory]
    [MemberData(nameof(Enums))]
    public void Name_reads_as_the_value_that_it_was_made_of(Type type) =>
        typeof(WireNameTests).GetMethod(nameof(RoundTrip), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, null);

    [Theory]
    [MemberData(nameof(StoredEnums))]
    public void Value_has_a_name_of_its_own_when_it_stands_in_events(Type type)
    {
        foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            var name = field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name;
            name.ShouldNotBeNull($"{type.Name}.{field.Name}: renaming it would change what is stored.");
            name.ShouldMatch("^[A-Z]+(_[A-Z]+)*$");
        }
    }

    /// <summary>The test above would say nothing if it reached none.</summary>
    [Fact]
    public void Enums_that_stand_in_events_are_found_in_nested_records() =>
        StoredEnums.Select(row => row.Data).ShouldBe(
            [
                typeof(DeliveryType), typeof(MisfirePolicy), typeof(OverlapPolicy), typeof(ExecutionTrigger), typeof(FailureKind),
                typeof(SkipReason), typeof(MissedReason), typeof(Domain.Alerts.AlertMessage), typeof(Domain.Alerts.AlertKind),
            ],
            ignoreOrder: true);

    [Theory]
    [InlineData("fire_once")]
    [InlineData("FireOnce")]
    [InlineData("0")]
    [InlineData("")]
    public void Name_is_unknown_when_it_is_not_written_exactly(string name)
    {
        WireName.TryParse<MisfirePolicy>(name, out _).ShouldBeFalse();
        Should.Throw<KeyNotFoundException>(() => WireName.Parse<MisfirePolicy>(name));
    }

    [Fact]
    public void All_names_are_known() => WireName.All<MisfirePolicy>().ShouldBe(["FIRE_ONCE", "FIRE_ALL", "SKIP"], ignoreOrder: true);

    private static void RoundTrip<T>() where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            WireName.Parse<T>(WireName.Of(value)).ShouldBe(value);
            WireName.TryParse<T>(WireName.Of(value), out var parsed).ShouldBeTrue();
            parsed.ShouldBe(value);
        }

        WireName.All<T>().ShouldBeUnique();
    }

    private static bool IsCron(Type type) => type.Namespace!.EndsWith(".Cron", StringComparison.Ordinal);

    private static HashSet<Type> Reached(Type type, HashSet<Type> seen)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType && type.IsAssignableTo(typeof(IEnumerable))) type = type.GetGenericArguments()[0];
        if (type.Assembly != typeof(EventCatalog).Assembly || !seen.Add(type) || type.IsEnum) return seen;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)) Reached(property.PropertyType, seen);
        return seen;
    }
}
