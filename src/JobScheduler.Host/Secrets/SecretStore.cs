using System.Collections.Concurrent;
using System.Text;
using JobScheduler.EventStore;
using Microsoft.AspNetCore.DataProtection;
using Npgsql;

namespace JobScheduler.Host.Secrets;

/// <summary>Keeps header values, encrypted, under ids; events and reads know only the ids. A value never changes: a new one gets a new id.</summary>
internal sealed class SecretStore(NpgsqlDataSource dataSource, PostgresEventStore store, IDataProtectionProvider protection)
{
    private readonly string _table = $"{store.Schema}.secrets";
    private readonly IDataProtector _protector = protection.CreateProtector("JobScheduler.HeaderValues");
    private readonly ConcurrentDictionary<Guid, string> _known = [];

    /// <returns>The id under which <see cref="RevealAsync"/> gives the value back.</returns>
    public async Task<Guid> KeepAsync(string value, CancellationToken cancellation)
    {
        var id = Guid.CreateVersion7();
        await using var command = dataSource.CreateCommand($"insert into {_table} (id, ciphertext) values ($1, $2)");
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = _protector.Protect(Encoding.UTF8.GetBytes(value)) });
        await command.ExecuteNonQueryAsync(cancellation);
        _known[id] = value;
        return id;
    }

    /// <summary>The value kept under <paramref name="id"/>; read once, then from memory.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public ValueTask<string> RevealAsync(Guid id, CancellationToken cancellation) =>
        _known.TryGetValue(id, out var value) ? ValueTask.FromResult(value) : new(ReadAsync(id, cancellation));

    private async Task<string> ReadAsync(Guid id, CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand($"select ciphertext from {_table} where id = $1");
        command.Parameters.Add(new() { Value = id });
        var ciphertext = await command.ExecuteScalarAsync(cancellation) as byte[]
            ?? throw new KeyNotFoundException($"The secret {id} is not there.");
        return _known[id] = Encoding.UTF8.GetString(_protector.Unprotect(ciphertext));
    }
}
