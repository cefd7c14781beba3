using JobScheduler.Checker;
using JobScheduler.Testing;

namespace JobScheduler.FaultTests;

public sealed class ChangeRaceTests(PostgresFixture postgres)
{
    /// <summary>Each change is aimed at an instant of its job: from 40 ms before to 10 ms after, when its claim stands and its call is leaving.</summary>
    [Fact]
    public async Task Every_instant_is_accounted_for_when_thousands_of_changes_race_them()
    {
        const int Jobs = 120;
        const int Rounds = 9;
        await using var cluster = await Cluster.StartAsync(postgres);
        var random = new Random(4);
        var jobs = new Guid[Jobs];
        for (var i = 0; i < Jobs; i++) jobs[i] = await cluster.Jobs.CreateAsync(Job());

        for (var round = 0; round < Rounds; round++)
        {
            await UntilNextSecondAsync();
            await Task.WhenAll(Enumerable.Range(0, Jobs).Select(i => (i, Aim: random.Next(-40, 10), What: random.Next(6))).ToList().Select(RaceAsync));
        }

        var report = await cluster.CheckAsync();
        cluster.Jobs.Acknowledged.Count.ShouldBeGreaterThan(2 * Jobs * Rounds);
        report.Count(Fate.RanOnce).ShouldBeGreaterThan(Jobs);

        async Task RaceAsync((int Job, int Aim, int What) shot)
        {
            await Task.Delay(500 + shot.Aim);
            var job = jobs[shot.Job];
            switch (shot.What)
            {
                case 0:
                    await cluster.Jobs.PauseAsync(job);
                    await cluster.Jobs.ResumeAsync(job);
                    break;
                case 1:
                    await cluster.Jobs.ChangeAsync(job, new { schedule = "*/2 * * * * *" });
                    await cluster.Jobs.ChangeAsync(job, new { schedule = "* * * * * *" });
                    break;
                case 2:
                    await cluster.Jobs.ChangeAsync(job, new { timeout = $"{50 + shot.Aim}s", schedule = "1-59/2 * * * * *" });
                    await cluster.Jobs.ChangeAsync(job, new { schedule = "*/2 * * * * *" });
                    await cluster.Jobs.ChangeAsync(job, new { schedule = "* * * * * *" });
                    break;
                case 3:
                    for (var i = 0; i < 3; i++)
                    {
                        await cluster.Jobs.PauseAsync(job);
                        await cluster.Jobs.ResumeAsync(job);
                    }

                    break;
                case 4:
                    await cluster.Jobs.DeleteAsync(job);
                    jobs[shot.Job] = await cluster.Jobs.CreateAsync(Job());
                    break;
                default:
                    await cluster.Jobs.ChangeAsync(job, new { name = $"shot {shot.Aim}" });
                    await cluster.Jobs.RunAsync(job);
                    break;
            }
        }

        object Job() => new { schedule = "* * * * * *", api = cluster.Receiver.Url + "/raced" };
    }

    /// <summary>Half a second before a whole second, so that claims for it have just been made.</summary>
    private static Task UntilNextSecondAsync()
    {
        var now = DateTimeOffset.UtcNow;
        return Task.Delay((1500 - now.Millisecond) % 1000);
    }
}
