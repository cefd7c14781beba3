using FsCheck;
using FsCheck.Fluent;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.UnitTests.Jobs;

public sealed class RetryPolicyTests
{
    private static readonly RetryPolicy Steady = new(5, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), 2, Jitter: false);
    private static readonly RetryPolicy Jittered = Steady with { Jitter = true };

    private static Arbitrary<(RetryPolicy Policy, int Attempt, double Random)> Cases { get; } = (
        from initial in Gen.Choose(100, 86_400_000)
        from longer in Gen.Choose(0, 86_400_000 - initial)
        from multiplier in Gen.Choose(100, 1000)
        from jitter in Gen.Elements(true, false)
        from attempt in Gen.Choose(1, 100)
        from random in Gen.OneOf(Gen.Elements(0, Math.BitDecrement(1.0)), Gen.Choose(0, 999_999).Select(n => n / 1e6))
        select (
            new RetryPolicy(100, TimeSpan.FromMilliseconds(initial), TimeSpan.FromMilliseconds(initial + longer), multiplier / 100.0, jitter),
            attempt,
            random)).ToArbitrary();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(4, 8)]
    [InlineData(5, 10)]
    [InlineData(100, 10)]
    public void Delay_doubles_up_to_the_longest_when_there_is_no_jitter(int attempt, int seconds) =>
        Steady.DelayAfter(attempt, null, 0.7).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData(0, 4)]
    [InlineData(0.5, 2)]
    [InlineData(0.75, 1)]
    public void Delay_is_the_random_part_of_it_when_there_is_jitter(double random, int seconds) =>
        Jittered.DelayAfter(3, null, random).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void Delay_is_what_the_receiver_asked_for_when_that_is_longer() =>
        Steady.DelayAfter(1, TimeSpan.FromSeconds(7), 0).ShouldBe(TimeSpan.FromSeconds(7));

    [Fact]
    public void Delay_is_its_own_when_the_receiver_asked_for_a_shorter_one() =>
        Steady.DelayAfter(3, TimeSpan.FromSeconds(2), 0).ShouldBe(TimeSpan.FromSeconds(4));

    [Fact]
    public void Delay_is_the_longest_when_the_receiver_asked_for_more() =>
        Steady.DelayAfter(1, TimeSpan.FromDays(365), 0).ShouldBe(Steady.MaxDelay);

    [Fact]
    public void Delay_is_its_own_when_the_receiver_asked_for_the_past() =>
        Steady.DelayAfter(1, TimeSpan.FromSeconds(-5), 0).ShouldBe(TimeSpan.FromSeconds(1));

    [Fact]
    public void Delay_lies_within_its_bounds() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(Cases, @case =>
    {
        var (policy, attempt, random) = @case;

        var delay = policy.DelayAfter(attempt, null, random);
        var steady = (policy with { Jitter = false }).DelayAfter(attempt, null, random);

        delay.ShouldBeGreaterThan(TimeSpan.Zero);
        delay.ShouldBeLessThanOrEqualTo(steady);
        steady.ShouldBeInRange(policy.InitialDelay, policy.MaxDelay);
        if (!policy.Jitter || random == 0) delay.ShouldBe(steady);
        (policy with { Jitter = false }).DelayAfter(attempt + 1, null, random).ShouldBeGreaterThanOrEqualTo(steady);
    }));
}
