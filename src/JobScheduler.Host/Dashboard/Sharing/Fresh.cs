namespace JobScheduler.Host.Dashboard.Sharing;

/// <summary>
/// The latest answer to a dear question, one for all readers. While somebody looks it is asked again in the background, at most every
/// <see cref="Shortest"/> and every 60 times what it took, two minutes at the most: that costs less than two per cent of a core, however
/// many look, unless the question alone takes seconds.
/// </summary>
internal sealed class Fresh<T>(
    Func<CancellationToken, Task<T>> ask, TimeSpan shortest, TimeProvider time, ILogger logger, CancellationToken stopping)
    where T : class
{
    private const int Cost = 60;

    /// <summary>What is older is not news, whatever it cost.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <summary>Nobody looked for so many turns: the answer is about another time.</summary>
    private const int TurnsUntilStale = 3;

    private readonly Lock _lock = new();
    private Task? _asking;
    private Answer? _answer;
    private volatile string? _problem;
    private TimeSpan _tookBefore;
    private long _notBefore = time.GetTimestamp();

    public TimeSpan Shortest => shortest;

    /// <summary>The latest answer; <c>null</c>: there is none yet. Never waits.</summary>
    public T? Latest
    {
        get
        {
            Refresh();
            return _answer?.Value;
        }
    }

    /// <summary>Why there was no answer the last time; <c>null</c>: there was one.</summary>
    public string? Problem => _problem;

    /// <summary>
    /// As <see cref="Latest"/>, but waits so long for a new answer when there is none, or one from when somebody looked the last time;
    /// <c>null</c> if it has not come by then. While there is a <see cref="Problem"/>, the latest answer however old.
    /// </summary>
    public async Task<T?> WithinAsync(TimeSpan patience, CancellationToken cancellation)
    {
        if (Refresh() is { } asking && IsStale)
        {
            await asking.WaitAsync(patience, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            if (!asking.IsCompleted && _problem is null) return null;
        }

        cancellation.ThrowIfCancellationRequested();
        return _answer?.Value;
    }

    private bool IsStale => _answer is not { } answer || time.GetElapsedTime(answer.At) > TurnsUntilStale * answer.Turn;

    /// <returns>What asks now; <c>null</c>: it is too early for that.</returns>
    private Task? Refresh()
    {
        lock (_lock)
        {
            if (_asking is { IsCompleted: false }) return _asking;
            if (time.GetTimestamp() < _notBefore || stopping.IsCancellationRequested) return null;
            return _asking = Task.Run(AskAsync, stopping);
        }
    }

    private async Task AskAsync()
    {
        var started = time.GetTimestamp();
        var turn = shortest;
        try
        {
            var value = await ask(stopping);
            turn = Turn(time.GetElapsedTime(started));
            (_answer, _problem) = (new(value, time.GetTimestamp(), turn), null);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
#pragma warning disable CA1031 // Whatever it was: the page shows the latest answer and the problem. How long it took was waiting, not work.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _problem = e.Message;
            logger.LogWarning("What the dashboard shows could not be read, trying again when somebody looks: {Reason}", e.Message);
        }
        finally
        {
            Volatile.Write(ref _notBefore, time.GetTimestamp() + (long)(turn.TotalSeconds * time.TimestampFrequency));
        }
    }

    /// <summary>By the shorter of the last two times: what takes long once, such as the very first, has waited for something else.</summary>
    private TimeSpan Turn(TimeSpan took)
    {
        var turn = Cost * (took < _tookBefore ? took : _tookBefore);
        _tookBefore = took;
        return turn < shortest ? shortest : turn > Longest ? Longest : turn;
    }

    private sealed record Answer(T Value, long At, TimeSpan Turn);
}
