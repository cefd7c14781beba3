using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Scheduling;
using JobScheduler.Projections.Jobs;
using JobScheduler.UnitTests.Jobs;

namespace JobScheduler.UnitTests.Host.Scheduling;

public sealed class BacklogTests
{
    private const string A = "a:80";
    private const string B = "b:80";

    private readonly ScheduledJob _job = new(
        new JobRow(Guid.CreateVersion7(), 1, JobState.Active, JobSamples.Definition, default, default, default, Progress: null));

    [Fact]
    public void Host_has_no_room_when_its_bound_is_reached_and_others_have()
    {
        var backlog = new Backlog(most: 10, mostPerHost: 2);
        Open(backlog, A, 2);

        backlog.RoomFor(A).ShouldBe(0);
        backlog.RoomFor(B).ShouldBe(2);
        backlog.IsFull.ShouldBeFalse();
    }

    [Fact]
    public void Nothing_has_room_when_the_bound_in_all_is_reached()
    {
        var backlog = new Backlog(most: 3, mostPerHost: 2);
        Open(backlog, A, 2);
        backlog.RoomFor(B).ShouldBe(1);
        Open(backlog, B, 1);

        backlog.IsFull.ShouldBeTrue();
        backlog.RoomFor(B).ShouldBe(0);
        backlog.Closed(A);
        backlog.IsFull.ShouldBeFalse();
    }

    [Fact]
    public void Room_is_never_negative_when_more_were_taken_over_than_the_bound_allows()
    {
        var backlog = new Backlog(most: 2, mostPerHost: 1);
        Open(backlog, A, 3);

        backlog.RoomFor(A).ShouldBe(0);
        backlog.IsFull.ShouldBeTrue();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(16, 2)]
    [InlineData(80, 10)]
    public void Held_back_job_is_released_once_when_an_eighth_of_the_bound_has_ended(int mostPerHost, int mustEnd)
    {
        var backlog = new Backlog(most: 1000, mostPerHost);
        Open(backlog, A, mostPerHost);
        backlog.HoldBack(_job, A);
        backlog.Size.ShouldBe((mostPerHost, 1));

        for (var ended = 0; ended < mustEnd; ended++)
        {
            backlog.TakeReleased().ShouldBeEmpty();
            backlog.Closed(A);
        }

        backlog.TakeReleased().ShouldBe([_job]);
        backlog.TakeReleased().ShouldBeEmpty();
        backlog.Size.ShouldBe((mostPerHost - mustEnd, 0));
    }

    [Fact]
    public void Held_back_job_stays_so_when_runs_of_another_host_end()
    {
        var backlog = new Backlog(most: 10, mostPerHost: 1);
        Open(backlog, A, 1);
        Open(backlog, B, 1);
        backlog.HoldBack(_job, A);

        backlog.Closed(B);

        backlog.TakeReleased().ShouldBeEmpty();
        _job.HeldBack.ShouldBeTrue();
    }

    private static void Open(Backlog backlog, string host, int runs)
    {
        for (var i = 0; i < runs; i++) backlog.Opened(host);
    }
}
