namespace JobScheduler.Host.EmbeddedPostgres;

/// <summary>The private PostgreSQL cannot be had; the message says in one line why and what to do about it.</summary>
internal sealed class EmbeddedPostgresException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The way out that always works, to end a message with.</summary>
    public const string UseYourOwn = "set ConnectionStrings__JobScheduler to use a PostgreSQL of your own";

    public const string DataDirectorySetting = EmbeddedPostgresOptions.Section + "__" + nameof(EmbeddedPostgresOptions.DataDirectory);

    public const string BinDirectorySetting = EmbeddedPostgresOptions.Section + "__" + nameof(EmbeddedPostgresOptions.BinDirectory);
}
