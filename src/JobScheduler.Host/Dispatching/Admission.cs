namespace JobScheduler.Host.Dispatching;

/// <summary>
/// Bounds how many calls are under way, in all and to each host. Who finds no place waits in his host's line; a place that becomes
/// free goes round the hosts, so that one with a long line holds up no other.
/// </summary>
/// <param name="total">Places in all.</param>
/// <param name="perHost">Places of one host.</param>
internal sealed class Admission<T>(int total, int perHost) where T : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, HostLine> _lines = [];
    private readonly Queue<string> _turns = new();
    private int _taken;
    private int _waiting;

    /// <summary>How many places are taken.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>How many wait for a place.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>
    /// True: a place is taken for a call that is yet to be due, to be given back with <see cref="Leave"/>. Half of the places, in all and of
    /// each host, are left to calls that are due.
    /// </summary>
    public bool TryEnterAhead(string host)
    {
        lock (_lock)
        {
            if (_taken >= total / 2 || (_lines.GetValueOrDefault(host)?.Taken ?? 0) >= perHost / 2) return false;
            Enter(LineOf(host));
            return true;
        }
    }

    /// <summary>True: a place is taken, to be given back with <see cref="Leave"/>. False: <paramref name="item"/> waits, and a later <see cref="Leave"/> returns it.</summary>
    public bool TryEnter(string host, T item)
    {
        lock (_lock)
        {
            var line = LineOf(host);
            if (_taken < total && line.Taken < perHost)
            {
                Enter(line);
                return true;
            }

            if (line.Waiting.Count == 0) _turns.Enqueue(host);
            line.Waiting.Enqueue(item);
            _waiting++;
            return false;
        }
    }

    /// <summary>Gives a place back. Returns who gets it, whoever waits longest of the host whose turn it is; <c>null</c>: nobody can.</summary>
    public T? Leave(string host)
    {
        lock (_lock)
        {
            _taken--;
            var line = _lines[host];
            line.Taken--;
            if (line is { Taken: 0, Waiting.Count: 0 }) _lines.Remove(host);

            for (var turns = _turns.Count; turns > 0; turns--)
            {
                var next = _turns.Dequeue();
                var nextLine = _lines[next];
                var item = nextLine.Taken < perHost ? nextLine.Waiting.Dequeue() : null;
                if (nextLine.Waiting.Count > 0) _turns.Enqueue(next);
                if (item is null) continue;
                _waiting--;
                Enter(nextLine);
                return item;
            }

            return null;
        }
    }

    private HostLine LineOf(string host)
    {
        if (!_lines.TryGetValue(host, out var line)) _lines.Add(host, line = new HostLine());
        return line;
    }

    private void Enter(HostLine line)
    {
        _taken++;
        line.Taken++;
    }

    private sealed class HostLine
    {
        public int Taken { get; set; }

        public Queue<T> Waiting { get; } = new();
    }
}
