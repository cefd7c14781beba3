using FsCheck;
using FsCheck.Fluent;
using JobScheduler.Domain.Executions;

namespace JobScheduler.UnitTests.Executions;

public sealed class ExecutionIdTests
{
    private static readonly Guid JobId = new("0198c5a0-0000-7000-8000-000000000001");
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static Arbitrary<(Guid Job, DateTimeOffset Instant)> Occurrences { get; } = (
        from high in Gen.Choose(int.MinValue, int.MaxValue)
        from low in Gen.Choose(int.MinValue, int.MaxValue)
        from second in Gen.Choose(0, int.MaxValue)
        from millisecond in Gen.Choose(0, 999)
        select (new Guid(high, 0, 0, BitConverter.GetBytes((long)low)), DateTimeOffset.FromUnixTimeSeconds(second).AddMilliseconds(millisecond)))
        .ToArbitrary();

    /// <summary>Worked out apart from this code: every claim that was ever made lies under such an id.</summary>
    [Fact]
    public void Id_is_the_same_for_good() => ExecutionId.Of(JobId, Noon).ShouldBe(new Guid("019ca945-0a00-8e6f-b5cc-945716b4a7a5"));

    [Fact]
    public void Id_is_the_same_when_the_instant_is_written_with_another_offset() =>
        ExecutionId.Of(JobId, Noon.ToOffset(TimeSpan.FromHours(5))).ShouldBe(ExecutionId.Of(JobId, Noon));

    [Fact]
    public void Ids_differ_when_the_job_or_the_instant_does() =>
        new[] { ExecutionId.Of(JobId, Noon), ExecutionId.Of(JobId, Noon.AddMilliseconds(1)), ExecutionId.Of(Guid.Empty, Noon) }.ShouldBeUnique();

    [Fact]
    public void Id_is_a_version_8_uuid_that_begins_with_the_instant() => Holds(Occurrences, occurrence =>
    {
        var id = ExecutionId.Of(occurrence.Job, occurrence.Instant);

        id.Version.ShouldBe(8);
        (id.Variant & 0b1100).ShouldBe(0b1000);
        Convert.ToInt64(id.ToString("N")[..12], 16).ShouldBe(occurrence.Instant.ToUnixTimeMilliseconds());
    });

    [Fact]
    public void Ids_are_ordered_as_their_instants() => Holds(Occurrences, occurrence =>
    {
        var earlier = ExecutionId.Of(Guid.AllBitsSet, occurrence.Instant.AddMilliseconds(-1));
        var id = ExecutionId.Of(occurrence.Job, occurrence.Instant);

        // Both orders that are in use: .NET's, and PostgreSQL's, which is that of the text.
        id.CompareTo(earlier).ShouldBePositive();
        string.CompareOrdinal(id.ToString(), earlier.ToString()).ShouldBePositive();
    });

    [Fact]
    public void Bounds_hold_all_ids_of_an_instant_and_none_of_its_neighbours() => Holds(Occurrences, occurrence =>
    {
        var (job, instant) = occurrence;
        var id = ExecutionId.Of(job, instant);

        id.ShouldBeInRange(ExecutionId.FirstAt(instant), ExecutionId.LastAt(instant));
        ExecutionId.LastAt(instant.AddMilliseconds(-1)).ShouldBeLessThan(ExecutionId.FirstAt(instant));
        ExecutionId.Of(job, instant.AddMilliseconds(-1)).ShouldBeLessThan(ExecutionId.FirstAt(instant));
        ExecutionId.Of(job, instant.AddMilliseconds(1)).ShouldBeGreaterThan(ExecutionId.LastAt(instant));
        // A manual run's id is of version 7, and lies within them too.
        Guid.CreateVersion7(instant).ShouldBeInRange(ExecutionId.FirstAt(instant), ExecutionId.LastAt(instant));
    });

    private static void Holds<T>(Arbitrary<T> arbitrary, Action<T> property) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(arbitrary, property));
}
