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

    /// <summary>How many wait for a place.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>True: a place is taken, to be given back with <see cref="Leave"/>. False: <paramref name="item"/> waits, and a later <see cref="Leave"/> returns it.</summary>
    public bool TryEnter(string host, T item)
    {
        lock (_lock)
        {
            if (!_lines.TryGetValue(host, out var line)) _lines.Add(host, line = new HostLine());
            if (_taken < total && line.Taken < perHost)
            {
                _taken++;
                line.Taken++;
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
                _taken++;
                nextLine.Taken++;
                return item;
            }

            return null;
        }
    }

    private sealed class HostLine
    {
        public int Taken { get; set; }

        public Queue<T> Waiting { get; } = new();
    }
}
