namespace JobScheduler.Host.Dispatching;

/// <summary>Says in one sentence why a request got no answer; nothing of what the other end sent stands in it.</summary>
internal static class ConnectionErrors
{
    public static string Explain(this HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "The host's name could not be resolved.",
        HttpRequestError.ConnectionError => $"No connection: {e.InnerException?.Message ?? e.Message}",
        HttpRequestError.SecureConnectionError => $"No secure connection: {e.InnerException?.Message ?? e.Message}",
        HttpRequestError.ResponseEnded => "The connection was closed before the answer was complete.",
        HttpRequestError.InvalidResponse => "The answer was not HTTP.",
        HttpRequestError.ConfigurationLimitExceeded => "The answer's headers are too long.",
        _ => "The connection broke.",
    };
}
