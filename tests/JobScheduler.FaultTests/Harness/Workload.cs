using JobScheduler.Testing;

namespace JobScheduler.FaultTests;

/// <summary>Jobs of all policies, and clients who change them at random.</summary>
internal sealed class Workload(Cluster cluster, int seed)
{
    private static readonly string[] Misfires = ["FIRE_ONCE", "FIRE_ALL", "SKIP"];
    private static readonly string[] Overlaps = ["ALLOW", "SKIP", "QUEUE"];
    private static readonly string[] Schedules = ["* * * * * *", "*/2 * * * * *", "1-59/3 * * * * *"];
    private readonly Random _random = new(seed);
    private readonly List<Guid> _jobs = [];

    public IReadOnlyList<Guid> Jobs => _jobs;

    /// <summary>Makes the paths <c>/quick</c>, <c>/slow</c> (1.5 s) and <c>/flaky</c> (every third call fails) of the receiver.</summary>
    public static void Prepare(Receiver receiver)
    {
        var calls = 0;
        receiver.Answer("/slow", context => Task.Delay(TimeSpan.FromSeconds(1.5), context.RequestAborted));
        receiver.Answer("/flaky", context =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref calls) % 3 == 0 ? 503 : 200;
            return Task.CompletedTask;
        });
    }

    public async Task CreateAsync(int count)
    {
        for (var i = 0; i < count; i++) _jobs.Add(await cluster.Jobs.CreateAsync(Job(i)));
    }

    /// <summary>Changes a job after another, at random, until cancelled; what fails may have happened or not.</summary>
    /// <param name="pause">Between two changes, at most.</param>
    public async Task ChangeAsync(TimeSpan pause, CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            await JobDriver.TryAsync(ChangeOneAsync);
            await Task.Delay(pause * _random.NextDouble(), until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ChangeOneAsync()
    {
        var job = _jobs[_random.Next(_jobs.Count)];
        switch (_random.Next(9))
        {
            case 0 or 1:
                await cluster.Jobs.PauseAsync(job);
                await Task.Delay(_random.Next(1500));
                await cluster.Jobs.ResumeAsync(job);
                break;
            case 2: await cluster.Jobs.ResumeAsync(job); break;
            case 3: await cluster.Jobs.ChangeAsync(job, new { schedule = Schedules[_random.Next(Schedules.Length)] }); break;
            case 4: await cluster.Jobs.ChangeAsync(job, new { overlap = Overlaps[_random.Next(Overlaps.Length)] }); break;
            case 5: await cluster.Jobs.ChangeAsync(job, new { name = $"job {_random.Next(1000)}" }); break;
            case 6: await cluster.Jobs.RunAsync(job); break;
            case 7:
                _jobs.Remove(job);
                await cluster.Jobs.DeleteAsync(job);
                break;
            default: _jobs.Add(await cluster.Jobs.CreateAsync(Job(_random.Next(1000)))); break;
        }
    }

    private object Job(int i) => new
    {
        schedule = Schedules[i % Schedules.Length],
        api = cluster.Receiver.Url + (i % 4) switch { 0 => "/slow", 1 => "/flaky", _ => "/quick" },
        misfire = Misfires[i / 2 % 3],
        overlap = Overlaps[i / 3 % 3],
        type = i % 5 == 0 ? "AT_MOST_ONCE" : "ATLEAST_ONCE",
        retry = i % 5 == 0 ? null : new { maxAttempts = 1 + (i % 3), initialDelay = "300ms" },
        alertWebhook = i % 4 == 1 ? cluster.Receiver.Url + "/hook" : null,
    };
}
