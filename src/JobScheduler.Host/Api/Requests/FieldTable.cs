namespace JobScheduler.Host.Api.Requests;

/// <summary>The fields that a JSON object may have: each with what its value makes of <typeparamref name="T"/>.</summary>
internal sealed class FieldTable<T>(params IReadOnlyList<(string Name, Func<T, JsonField, T> Apply)> fields)
{
    public IReadOnlyCollection<string> Names { get; } = [.. fields.Select(f => f.Name)];

    /// <summary>What the object's fields make of <paramref name="start"/>, in the order given; names that are not in the table are errors.</summary>
    public T Apply(T start, JsonField @object)
    {
        var result = start;
        foreach (var (name, field) in @object.Properties())
        {
            if (fields.FirstOrDefault(f => f.Name == name).Apply is { } apply) result = apply(result, field);
            else field.Fault<object?>(null, NearMiss.Unknown("field", name, Names), secret: true);
        }

        return result;
    }
}
