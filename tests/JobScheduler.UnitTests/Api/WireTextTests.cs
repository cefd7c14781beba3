using FsCheck;
using FsCheck.Fluent;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Host.Api.Wire;
using JobScheduler.Host.Configuration;

namespace JobScheduler.UnitTests.Api;

public sealed class WireTextTests
{
    [Theory]
    [InlineData("0s", 0)]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("1d1h1m1s1ms", 90_061_001)]
    public void Duration_reads_and_writes_its_canonical_form(string text, long milliseconds)
    {
        DurationText.TryParse(text, out var duration).ShouldBeTrue();
        duration.ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
        DurationText.Of(duration).ShouldBe(text);
    }

    [Theory]
    [InlineData("90s", "1m30s")]
    [InlineData("1.5s", "1s500ms")]
    [InlineData("00:00:30", "30s")]
    [InlineData("1.02:03:04", "1d2h3m4s")]
    [InlineData("36h", "1d12h")]
    public void Duration_is_written_back_in_canonical_form_when_read_in_another(string text, string canonical)
    {
        DurationText.TryParse(text, out var duration).ShouldBeTrue();
        DurationText.Of(duration).ShouldBe(canonical);
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("-5s")]
    [InlineData("-00:00:30")]
    [InlineData("30 s")]
    [InlineData("30s\n")]
    [InlineData("1m1h")]
    [InlineData("1s1s")]
    [InlineData("30sec")]
    [InlineData("999999999d999999999h")]
    public void Duration_is_refused_when_it_is_not_one(string text) => DurationText.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Duration_reads_back_what_was_written() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        milliseconds => DurationText.TryParse(DurationText.Of(TimeSpan.FromMilliseconds(milliseconds)), out var read)
            && read == TimeSpan.FromMilliseconds(milliseconds)).QuickCheckThrowOnFailure();

    [Fact]
    public void Instant_is_written_as_the_instant_that_it_is_cut_to() => Prop.ForAll(
        ArbMap.Default.ArbFor<DateTimeOffset>(),
        instant => InstantText.TryParse(InstantText.Of(instant), out var read) && read == InstantText.ToMilliseconds(instant)).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("2026-11-21T12:00:05Z", "2026-11-21T12:00:05.000Z")]
    [InlineData("2026-11-21T12:00Z", "2026-11-21T12:00:00.000Z")]
    [InlineData("2026-11-21T13:00:05.1239+01:00", "2026-11-21T12:00:05.123Z")]
    [InlineData("2026-11-21T07:00:05.5-05:00", "2026-11-21T12:00:05.500Z")]
    public void Instant_is_cut_to_milliseconds_and_put_into_utc(string text, string written)
    {
        InstantText.TryParse(text, out var instant).ShouldBeTrue();
        InstantText.Of(instant).ShouldBe(written);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-11-21")]
    [InlineData("2026-11-21T12:00:05")]
    [InlineData("2026-02-30T12:00:05Z")]
    [InlineData("1766835200993")]
    [InlineData("tomorrow")]
    public void Instant_is_refused_when_it_has_no_offset_or_is_none(string text) => InstantText.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("shedule", "schedule")]
    [InlineData("TimeZone", "timeZone")]
    [InlineData("url", null)]
    [InlineData("completely", null)]
    public void Near_miss_is_the_name_that_was_probably_meant(string name, string? meant) =>
        NearMiss.Of(name, ["schedule", "timeZone", "api", "name", "tags"]).ShouldBe(meant);
}
