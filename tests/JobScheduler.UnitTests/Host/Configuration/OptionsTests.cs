using System.Reflection;
using JobScheduler.Host.Configuration;
using JobScheduler.Host.EmbeddedPostgres;
using JobScheduler.Host.Storage;
using Microsoft.Extensions.Configuration;

namespace JobScheduler.UnitTests.Host.Configuration;

public sealed class OptionsTests
{
    private static readonly Dictionary<string, Func<IConfiguration, object>> Sections = new()
    {
        [AlertOptions.Section] = AlertOptions.From,
        [InvariantOptions.Section] = InvariantOptions.From,
        [DispatchOptions.Section] = DispatchOptions.From,
        [SchedulerOptions.Section] = SchedulerOptions.From,
        [DatabaseOptions.Section] = DatabaseOptions.From,
        [EmbeddedPostgresOptions.Section] = EmbeddedPostgresOptions.From,
    };

    /// <summary>The least and the most that is accepted, one less and one more, and the default.</summary>
    public static TheoryData<string, string, string, string, string, object> Bounds => new()
    {
        { "Alerts:Timeout", "00:00:01", "00:01:00", "00:00:00.999", "00:01:00.001", TimeSpan.FromSeconds(15) },
        { "Alerts:FirstRetryDelay", "00:00:00.1", "01:00:00", "00:00:00.099", "01:00:00.001", TimeSpan.FromSeconds(5) },
        { "Alerts:GiveUpAfter", "00:00:01", "7.00:00:00", "00:00:00.999", "7.00:00:00.001", TimeSpan.FromDays(1) },
        { "Alerts:OverdueAfter", "00:00:01", "30.00:00:00", "00:00:00.999", "30.00:00:00.001", TimeSpan.FromMinutes(5) },
        { "Invariants:Interval", "00:00:01", "01:00:00", "00:00:00.999", "01:00:00.001", TimeSpan.FromSeconds(30) },
        { "Invariants:Grace", "00:00:01", "1.00:00:00", "00:00:00.999", "1.00:00:00.001", TimeSpan.FromMinutes(5) },
        { "Dispatch:MaxConcurrency", "1", "100000", "0", "100001", 8_192 },
        { "Dispatch:MaxConcurrencyPerHost", "1", "100000", "0", "100001", 1_024 },
        { "Dispatch:MaxResponseBytes", "1024", "1073741824", "1023", "1073741825", 1_048_576 },
        { "Dispatch:KeepResponseBytes", "0", "65536", "-1", "65537", 256 },
        { "Scheduler:ClaimAhead", "00:00:00.05", "00:00:10", "00:00:00.049", "00:00:10.001", TimeSpan.FromMilliseconds(750) },
        { "Scheduler:MisfireGrace", "00:00:01", "1.00:00:00", "00:00:00.999", "1.00:00:00.001", TimeSpan.FromSeconds(60) },
        { "Scheduler:ShutdownGrace", "00:00:00", "00:05:00", "-00:00:00.001", "00:05:00.001", TimeSpan.FromSeconds(10) },
        { "Scheduler:MaxOpen", "1", "1000000", "0", "1000001", 100_000 },
        { "Scheduler:MaxOpenPerHost", "1", "1000000", "0", "1000001", 20_000 },
        { "Database:MaxConnections", "10", "1000", "9", "1001", 40 },
        { "EmbeddedPostgres:StartTimeout", "00:00:01", "01:00:00", "00:00:00.999", "01:00:00.001", TimeSpan.FromMinutes(1) },
    };

    public static TheoryData<string> Keys => [.. Bounds.Select(row => row.Data.Item1)];

    public static TheoryData<string> SectionNames => [.. Sections.Keys];

    [Theory]
    [MemberData(nameof(Bounds))]
    public void Value_is_accepted_up_to_its_bounds_and_refused_beyond_by_the_name_of_its_key(
        string key, string least, string most, string tooLittle, string tooMuch, object @default)
    {
        Value(key, []).ShouldBe(@default);
        Value(key, (key, least)).ToString().ShouldStartWith(least);
        Value(key, (key, most)).ToString().ShouldStartWith(most);
        foreach (var refused in new[] { tooLittle, tooMuch })
        {
            var message = Should.Throw<ConfigurationException>(() => Value(key, (key, refused))).Message;
            message.ShouldStartWith($"Configuration key '{key}' is {refused}");
            message.ShouldContain("; it must be from ");
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Value_is_refused_by_the_name_of_its_key_when_it_does_not_fit_the_type(string key) =>
        Should.Throw<ConfigurationException>(() => Value(key, (key, "plenty"))).Message.ShouldContain($"'{key}'");

    [Fact]
    public void Duration_without_a_unit_is_refused_and_one_with_a_unit_is_read()
    {
        Should.Throw<ConfigurationException>(() => Value("Scheduler:ClaimAhead", ("Scheduler:ClaimAhead", "750"))).Message
            .ShouldBe("Configuration key 'Scheduler:ClaimAhead' is '750'; it must be a duration such as 750ms, 30s or 00:00:30.");
        Value("Scheduler:ClaimAhead", ("Scheduler:ClaimAhead", "500ms")).ShouldBe(TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public void Settings_name_the_flag_that_is_neither_true_nor_false() =>
        Should.Throw<ConfigurationException>(() => Settings.From(Configuration((Settings.PracticeTargetsKey, "banana")), isDevelopment: true)).Message
            .ShouldBe("Configuration key 'PracticeTargets:Enabled' is 'banana'; it must be true or false.");

    [Theory]
    [MemberData(nameof(SectionNames))]
    public void Key_is_refused_when_it_is_unknown(string section)
    {
        var message = Should.Throw<ConfigurationException>(() => Load(section, ($"{section}:Misspelt", "1"))).Message;

        message.ShouldContain($"'{section}'");
        message.ShouldContain("Misspelt");
    }

    [Theory]
    [MemberData(nameof(SectionNames))]
    public void Every_number_and_duration_has_its_bounds_above(string section)
    {
        Type[] bounded = [typeof(int), typeof(TimeSpan)];
        Load(section).GetType().GetProperties()
            .Where(p => bounded.Contains(p.PropertyType))
            .Select(p => $"{section}:{p.Name}")
            .Except(Bounds.Select(row => row.Data.Item1))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Scheduler_is_enabled_by_default_and_can_be_switched_off()
    {
        SchedulerOptions.From(Configuration()).Enabled.ShouldBeTrue();
        SchedulerOptions.From(Configuration(("Scheduler:Enabled", "false"))).Enabled.ShouldBeFalse();
    }

    [Fact]
    public void Keys_are_read_in_any_case() => Value("Dispatch:MaxConcurrency", ("dispatch:maxconcurrency", "7")).ShouldBe(7);

    private static object Value(string key, params (string Key, string Value)[] settings)
    {
        var (section, name) = (key.Split(':')[0], key.Split(':')[1]);
        var options = Load(section, settings);
        return options.GetType().GetProperty(name, BindingFlags.Public | BindingFlags.Instance)!.GetValue(options)!;
    }

    private static object Load(string section, params (string Key, string Value)[] settings) => Sections[section](Configuration(settings));

    private static IConfiguration Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();
}
