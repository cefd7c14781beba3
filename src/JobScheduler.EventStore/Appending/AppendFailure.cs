using Npgsql;

namespace JobScheduler.EventStore;

/// <summary>What a failed attempt to commit a batch calls for.</summary>
internal enum AppendFailure
{
    /// <summary>One of the batch's requests cannot be written, or a projection failed on it: find it, the others go in.</summary>
    OfARequest,

    /// <summary>A writer outside our lock got in between: decide anew with fresh versions.</summary>
    Raced,

    /// <summary>PostgreSQL was not there, or went away: reconnect and try again.</summary>
    Unavailable,
}

internal static class AppendFailures
{
    public static AppendFailure Classify(Exception exception) => exception switch
    {
        PostgresException postgres => Classify(postgres),
        NpgsqlException or TimeoutException or System.Net.Sockets.SocketException or IOException => AppendFailure.Unavailable,
        _ => AppendFailure.OfARequest,
    };

    // Npgsql has no name for it.
    private const string IdleInTransactionSessionTimeout = "25P03";

    private static AppendFailure Classify(PostgresException postgres) => postgres switch
    {
        {
            SqlState: PostgresErrorCodes.UniqueViolation,
            ConstraintName: "pk_mt_events_stream_and_version" or "pkey_mt_events_seq_id" or "pkey_mt_streams_id",
        } => AppendFailure.Raced,
        { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure } => AppendFailure.Raced,
        { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction or IdleInTransactionSessionTimeout } => AppendFailure.Unavailable,
        // Connection exceptions, insufficient resources, operator intervention.
        { SqlState: ['0', '8', ..] or ['5', '3', ..] or ['5', '7', ..] } => AppendFailure.Unavailable,
        _ => AppendFailure.OfARequest,
    };
}
