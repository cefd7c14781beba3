namespace JobScheduler.FaultTests;

/// <summary>Clients of a cluster who change jobs until they are told to end.</summary>
internal sealed class Clients
{
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _changing;

    private Clients(Workload work, TimeSpan pause) => _changing = Task.Run(() => work.ChangeAsync(pause, _ending.Token));

    /// <summary>Creates so many jobs, and begins to change them, to make others, to delete and to run them.</summary>
    public static async Task<Clients> StartAsync(Cluster cluster, int jobs, int seed = 1)
    {
        Workload.Prepare(cluster.Receiver);
        var work = new Workload(cluster, seed);
        await work.CreateAsync(jobs);
        return new(work, TimeSpan.FromMilliseconds(400));
    }

    public async Task EndAsync()
    {
        await _ending.CancelAsync();
        await _changing;
        _ending.Dispose();
    }
}
