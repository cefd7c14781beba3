using JobScheduler.Host.Alerts;
using JobScheduler.Host.Configuration;

namespace JobScheduler.UnitTests.Host.Alerts;

public sealed class WebhookSignatureTests
{
    private const string MessageId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const string Body = """{"test": 2432232314}""";
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    private static readonly DateTimeOffset SentAt = DateTimeOffset.FromUnixTimeSeconds(1614265330);
    private static readonly byte[] Key = new AlertOptions { SigningSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }.SigningKey()!;

    /// <summary>The example that the Standard Webhooks libraries are tested with.</summary>
    [Fact]
    public void Signature_is_that_of_the_published_example() => WebhookSignature.Of(Key, MessageId, SentAt, Body).ShouldBe(Signature);

    [Fact]
    public void Signature_is_the_same_when_only_the_fraction_of_the_second_or_the_offset_differs() =>
        WebhookSignature.Of(Key, MessageId, SentAt.AddMilliseconds(999).ToOffset(TimeSpan.FromHours(3)), Body).ShouldBe(Signature);

    [Fact]
    public void Signature_differs_when_any_part_does()
    {
        WebhookSignature.Of(Key, MessageId + "x", SentAt, Body).ShouldNotBe(Signature);
        WebhookSignature.Of(Key, MessageId, SentAt.AddSeconds(1), Body).ShouldNotBe(Signature);
        WebhookSignature.Of(Key, MessageId, SentAt, Body + " ").ShouldNotBe(Signature);
        WebhookSignature.Of([.. Key, 0x01], MessageId, SentAt, Body).ShouldNotBe(Signature);
    }
}
