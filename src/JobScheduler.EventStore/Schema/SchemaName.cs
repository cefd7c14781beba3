using System.Text.RegularExpressions;

namespace JobScheduler.EventStore;

/// <summary>The rule for schema names, which stand unquoted in SQL text and therefore must never carry anything else.</summary>
public static partial class SchemaName
{
    /// <summary>The longest name: leaves room for the suffixes of side schemas and channels within PostgreSQL's 63 bytes.</summary>
    public const int MaxLength = 40;

    /// <summary>Returns <paramref name="schema"/> if it is lower-case letters, digits and underscores, not led by a digit.</summary>
    /// <exception cref="ArgumentException">It is not, or is longer than <see cref="MaxLength"/>.</exception>
    public static string Validate(string schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return schema.Length <= MaxLength && Pattern.IsMatch(schema)
            ? schema
            : throw new ArgumentException(
                $"'{schema}' is not a schema name: 1 to {MaxLength} lower-case letters, digits and underscores, not led by a digit.",
                nameof(schema));
    }

    [GeneratedRegex(@"\A[a-z_][a-z0-9_]*\z")]
    private static partial Regex Pattern { get; }
}
