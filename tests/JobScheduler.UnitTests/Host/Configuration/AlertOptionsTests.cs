using JobScheduler.Host.Configuration;
using Microsoft.Extensions.Configuration;

namespace JobScheduler.UnitTests.Host.Configuration;

public sealed class AlertOptionsTests
{
    [Fact]
    public void Key_is_none_when_there_is_no_secret() => new AlertOptions().SigningKey().ShouldBeNull();

    [Theory]
    [InlineData(24)]
    [InlineData(32)]
    [InlineData(64)]
    public void Key_is_the_secrets_bytes(int length)
    {
        var bytes = BytesOf(length);

        new AlertOptions { SigningSecret = "whsec_" + Convert.ToBase64String(bytes) }.SigningKey().ShouldBe(bytes);
    }

    [Fact]
    public void Overdue_alerts_are_switched_off_with_zero() =>
        AlertOptions.From(new ConfigurationBuilder().AddInMemoryCollection([new("Alerts:OverdueAfter", "0s")]).Build()).OverdueAfter.ShouldBe(TimeSpan.Zero);

    public static TheoryData<string> WrongSecrets =>
    [
        "",
        "whsec_",
        "whsec_not base64!",
        Convert.ToBase64String(BytesOf(32)),
        "WHSEC_" + Convert.ToBase64String(BytesOf(32)),
        "whsec_" + Convert.ToBase64String(BytesOf(23)),
        "whsec_" + Convert.ToBase64String(BytesOf(65)),
    ];

    [Theory]
    [MemberData(nameof(WrongSecrets))]
    public void Secret_is_refused_at_start_and_not_repeated_when_it_is_wrong(string secret)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Alerts:SigningSecret", secret)]).Build();

        Should.Throw<ConfigurationException>(() => AlertOptions.From(configuration)).Message.ShouldBe(
            "Configuration key 'Alerts:SigningSecret' must be 'whsec_' and 24 to 64 bytes in base64; `openssl rand -base64 32` makes such bytes.");
    }

    private static byte[] BytesOf(int length) => [.. Enumerable.Range(1, length).Select(n => (byte)n)];
}
