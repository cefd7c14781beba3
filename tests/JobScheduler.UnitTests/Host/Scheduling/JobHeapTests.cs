using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.Host.Scheduling;
using JobScheduler.Projections.Jobs;
using JobScheduler.UnitTests.Jobs;

namespace JobScheduler.UnitTests.Host.Scheduling;

public sealed class JobHeapTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly JobHeap _heap = new();

    [Fact]
    public void Heap_has_nothing_due_when_empty()
    {
        _heap.NextInstant.ShouldBeNull();
        _heap.TakeDue(DateTimeOffset.MaxValue).ShouldBeNull();
        _heap.Find(Guid.Empty).ShouldBeNull();
    }

    [Fact]
    public void Jobs_come_in_the_order_of_their_instants()
    {
        var daily = Put("@daily");
        var hourly = Put("0 * * * *");
        var everyMinute = Put("* * * * *");

        _heap.NextInstant.ShouldBe(Noon.AddMinutes(1));
        TakeAll(Noon.AddHours(12)).ShouldBe([everyMinute, hourly, daily]);
        _heap.NextInstant.ShouldBeNull();
    }

    [Fact]
    public void Job_is_due_at_its_instant_and_not_before()
    {
        var job = Put("0 * * * *");

        _heap.TakeDue(Noon.AddHours(1).AddTicks(-1)).ShouldBeNull();
        _heap.TakeDue(Noon.AddHours(1)).ShouldBe(job);
    }

    [Fact]
    public void Job_is_taken_once_until_it_is_put_back()
    {
        var job = Put("0 * * * *");
        _heap.TakeDue(Noon.AddHours(1)).ShouldBe(job);

        _heap.TakeDue(DateTimeOffset.MaxValue).ShouldBeNull();
        _heap.Find(job.Id).ShouldBe(job);

        job.ClaimedThrough = Noon.AddHours(1);
        _heap.Put(job);
        _heap.NextInstant.ShouldBe(Noon.AddHours(2));
    }

    [Fact]
    public void Earlier_entries_of_a_job_are_dropped_when_it_was_put_again()
    {
        var job = Put("* * * * *");
        job.Apply(Row("0 * * * *", job.Id, version: 2));
        _heap.Put(job);
        _heap.Put(job);

        _heap.NextInstant.ShouldBe(Noon.AddHours(1));
        TakeAll(Noon.AddHours(9)).ShouldBe([job]);
    }

    [Fact]
    public void Job_is_not_due_when_paused_and_due_again_when_resumed()
    {
        var job = Put("0 * * * *");
        job.Apply(Row("0 * * * *", job.Id, version: 2, JobState.Paused));
        _heap.Put(job);

        _heap.NextInstant.ShouldBeNull();
        _heap.Find(job.Id).ShouldBe(job);

        job.Apply(Row("0 * * * *", job.Id, version: 3));
        job.ClaimedThrough = Noon.AddHours(5);
        _heap.Put(job);
        _heap.NextInstant.ShouldBe(Noon.AddHours(6));
    }

    [Fact]
    public void Job_is_forgotten_when_removed()
    {
        var job = Put("0 * * * *");
        _heap.Remove(job);

        _heap.Find(job.Id).ShouldBeNull();
        _heap.NextInstant.ShouldBeNull();
    }

    [Fact]
    public void Job_without_further_occurrences_is_kept_and_never_due()
    {
        var job = Put("0 0 30 2 *");

        _heap.Find(job.Id).ShouldBe(job);
        _heap.NextInstant.ShouldBeNull();
    }

    [Fact]
    public void Instant_is_the_first_after_what_is_settled()
    {
        var progress = new JobProgress(Noon.AddHours(3), 0, 0, 0, 0, 0, null, null, null, null, null);
        _heap.Put(new ScheduledJob(Row("0 * * * *", Guid.CreateVersion7()) with { Progress = progress }));

        _heap.NextInstant.ShouldBe(Noon.AddHours(4));
    }

    [Fact]
    public void Instant_is_the_first_after_the_last_change_when_less_is_settled()
    {
        var progress = new JobProgress(Noon.AddHours(-3), 0, 0, 0, 0, 0, null, null, null, null, null);
        _heap.Put(new ScheduledJob(Row("0 * * * *", Guid.CreateVersion7()) with { Progress = progress }));

        _heap.NextInstant.ShouldBe(Noon.AddHours(1));
    }

    /// <summary>Against a list that is searched anew for each answer.</summary>
    [Fact]
    public void Heap_answers_as_a_list_does_when_jobs_are_put_taken_and_removed_at_random()
    {
        var random = new Random(1);
        var jobs = new List<ScheduledJob>();
        for (var step = 0; step < 5_000; step++)
        {
            if (jobs.Count < 20) jobs.Add(Put($"{random.Next(60)} {random.Next(60)} * * * *"));
            var job = jobs[random.Next(jobs.Count)];
            switch (random.Next(4))
            {
                case 0:
                    _heap.Remove(job);
                    jobs.Remove(job);
                    break;
                case 1:
                    _heap.Put(job);
                    break;
                default:
                    var due = jobs.Min(Next);
                    _heap.NextInstant.ShouldBe(due);
                    var taken = _heap.TakeDue(due)!;
                    jobs.ShouldContain(taken);
                    Next(taken).ShouldBe(due);
                    taken.ClaimedThrough = due;
                    _heap.Put(taken);
                    break;
            }
        }
    }

    private static DateTimeOffset Next(ScheduledJob job) => job.Timetable.NextAfter(job.ClaimedThrough)!.Value;

    private ScheduledJob Put(string cron)
    {
        var job = new ScheduledJob(Row(cron, Guid.CreateVersion7()));
        _heap.Put(job);
        return job;
    }

    private List<ScheduledJob> TakeAll(DateTimeOffset upTo)
    {
        var taken = new List<ScheduledJob>();
        while (_heap.TakeDue(upTo) is { } job) taken.Add(job);
        return taken;
    }

    private static JobRow Row(string cron, Guid id, long version = 1, JobState state = JobState.Active) =>
        new(id, version, state, JobSamples.Definition with { Schedule = new Schedule(cron) }, DueAfter: Noon, CreatedAt: Noon, UpdatedAt: Noon, Progress: null);
}
