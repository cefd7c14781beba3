namespace JobScheduler.Host.Scheduling;

/// <summary>
/// Bounds how many runs are open at once, in all and to each host, so that neither a slow receiver nor a slow database fills the memory.
/// A job whose host has too many is held back: it claims nothing until some have ended, and what passes meanwhile by more than the grace
/// follows its misfire policy. Used by the scheduler's thread only.
/// </summary>
/// <param name="most">Open runs in all.</param>
/// <param name="mostPerHost">Open runs to one host and port.</param>
internal sealed class Backlog(int most, int mostPerHost)
{
    private readonly Dictionary<string, Load> _hosts = [];
    private readonly List<ScheduledJob> _released = [];
    private int _open;
    private int _heldBack;

    /// <summary>Whether no job may claim.</summary>
    public bool IsFull => _open >= most;

    /// <summary>How many runs are open, and how many jobs are held back; may be read by any thread.</summary>
    public (int Open, int HeldBack) Size => (Volatile.Read(ref _open), Volatile.Read(ref _heldBack));

    /// <summary>How many more runs may be opened to <paramref name="host"/>; zero at the least.</summary>
    public int RoomFor(string host) => Math.Max(0, Math.Min(most - _open, mostPerHost - (_hosts.GetValueOrDefault(host)?.Open ?? 0)));

    public void Opened(string host)
    {
        _open++;
        LoadOf(host).Open++;
    }

    public void Closed(string host)
    {
        _open--;
        var load = _hosts[host];
        load.Open--;
        // In waves: each puts all of them back into the heap.
        if (load.HeldBack.Count > 0 && load.Open <= mostPerHost - Math.Max(1, mostPerHost / 8))
        {
            _heldBack -= load.HeldBack.Count;
            _released.AddRange(load.HeldBack);
            load.HeldBack.Clear();
        }

        if (load is { Open: 0, HeldBack.Count: 0 }) _hosts.Remove(host);
    }

    /// <summary>Until runs of <paramref name="host"/>, which has no room now, have ended.</summary>
    public void HoldBack(ScheduledJob job, string host)
    {
        job.HeldBack = true;
        _heldBack++;
        LoadOf(host).HeldBack.Add(job);
    }

    /// <summary>The jobs that need no longer be held back, once each.</summary>
    public IReadOnlyList<ScheduledJob> TakeReleased()
    {
        if (_released.Count == 0) return [];
        ScheduledJob[] released = [.. _released];
        _released.Clear();
        return released;
    }

    private Load LoadOf(string host)
    {
        if (!_hosts.TryGetValue(host, out var load)) _hosts.Add(host, load = new Load());
        return load;
    }

    private sealed class Load
    {
        public int Open { get; set; }

        public List<ScheduledJob> HeldBack { get; } = [];
    }
}
