using System.Globalization;

namespace JobScheduler.FaultTests;

/// <summary>
/// All faults, one after another at random, over random jobs that clients change all the time: <c>./test.sh --soak MINUTES --seed N</c>.
/// The same seed gives the same faults in the same order.
/// </summary>
public sealed class SoakTests
{
    private static readonly TimeSpan BetweenFaults = TimeSpan.FromSeconds(6);

    [Fact(Explicit = true)]
    public async Task Random_faults_over_random_jobs_leave_nothing_unaccounted()
    {
        var minutes = Number("JOBSCHEDULER_SOAK_MINUTES", 5);
        var seed = Number("JOBSCHEDULER_SOAK_SEED", Random.Shared.Next(1_000_000));
        var random = new Random(seed);
        var say = TestContext.Current.TestOutputHelper!;
        say.WriteLine($"soak of {minutes} min, seed {seed}");

        await using var cluster = await Cluster.StartWithServerAsync(
            null, ("Scheduler__MisfireGrace", "00:00:05"), ("Scheduler__ShutdownGrace", "00:00:02"), ("Alerts__FirstRetryDelay", "00:00:00.500"));
        var clients = await Clients.StartAsync(cluster, 40, seed);

        var end = DateTimeOffset.UtcNow.AddMinutes(minutes);
        while (DateTimeOffset.UtcNow < end)
        {
            await Task.Delay(BetweenFaults * (0.5 + random.NextDouble()));
            var fault = SoakFault.All[random.Next(SoakFault.All.Count)];
            var length = TimeSpan.FromSeconds(1 + (random.NextDouble() * random.NextDouble() * 20));
            say.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow:HH:mm:ss} {fault.Name}, {length.TotalSeconds:0.0} s"));
            using (fault.Excuses ? cluster.Fault(fault.Name) : null) await fault.RunAsync(cluster, length);
        }

        await clients.EndAsync();
        await cluster.CheckAsync();
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
