using JobScheduler.Domain.Schedules;
using JobScheduler.Host.Dashboard.Census;
using JobScheduler.IntegrationTests.Api;
using Microsoft.Extensions.DependencyInjection;

namespace JobScheduler.IntegrationTests.Dashboard;

public sealed class ScheduleCensusTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Census_counts_the_active_jobs_due_at_each_second()
    {
        var year = DateTimeOffset.UtcNow.Year + 1;
        var start = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var schedules = new List<Schedule>();
        // A second time for each: the same schedule of two jobs.
        for (var i = 0; i < 2; i++)
        {
            await AddAsync(new("*/7 * * * * *"));
            await AddAsync(new("15 * * * *"));
            await AddAsync(new("0 15 2 * * *", TimeZone: "Europe/Vienna"));
            await AddAsync(new("30 15 2 * * *", TimeZone: "America/New_York", StartAt: start.AddDays(-1), EndAt: start.AddYears(1)));
            await AddAsync(new(null, RunAt: start.AddMilliseconds(1_500)));
        }

        var paused = await host.CreateJobAsync(new { schedule = "* * * * * *" });
        await host.SendAsync(HttpMethod.Post, $"/jobs/{paused}/pause");
        var deleted = await host.CreateJobAsync(new { schedule = "* * * * * *" });
        await host.SendAsync(HttpMethod.Delete, $"/jobs/{deleted}", expected: System.Net.HttpStatusCode.NoContent);

        var census = host.Factory.Services.GetRequiredService<ScheduleCensus>();
        // The clocks go forward and back within these days; the spans begin in the midst of a minute.
        foreach (var from in new[] { start, LastSunday(3).AddSeconds(3_333), LastSunday(10).AddSeconds(1_234), start.AddMonths(2).AddDays(7).AddHours(6) })
        {
            var due = await census.DueInAsync(from, 5_000, Patience, TestContext.Current.CancellationToken);
            due.ShouldNotBeNull().ShouldBe(Naive(from, 5_000));
            census.DueAt(from.AddSeconds(4_321)).ShouldBe(due[4_321]);
        }

        async Task AddAsync(Schedule schedule)
        {
            schedules.Add(schedule);
            await host.CreateJobAsync(new
            {
                schedule = schedule.Cron,
                runAt = schedule.RunAt,
                timeZone = schedule.RunAt is null ? schedule.TimeZone : null,
                startAt = schedule.StartAt,
                endAt = schedule.EndAt,
            });
        }

        DateTimeOffset LastSunday(int month)
        {
            var last = new DateTimeOffset(year, month, DateTime.DaysInMonth(year, month), 0, 0, 0, TimeSpan.Zero);
            return last.AddDays(-(int)last.DayOfWeek);
        }

        IEnumerable<long> Naive(DateTimeOffset from, int seconds)
        {
            var timetables = schedules.Select(s => new Timetable(s)).ToList();
            return Enumerable.Range(0, seconds).Select(s => timetables.Sum(t => t.CountBetween(from.AddSeconds(s).AddTicks(-1), from.AddSeconds(s + 1).AddTicks(-1))));
        }
    }
}
