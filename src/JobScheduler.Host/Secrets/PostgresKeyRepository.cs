using System.Xml.Linq;
using JobScheduler.EventStore;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;

namespace JobScheduler.Host.Secrets;

/// <summary>Keeps the data protection keys in the database, so that every node and every restart can read the secrets.</summary>
internal sealed class PostgresKeyRepository(NpgsqlDataSource dataSource, PostgresEventStore store) : IXmlRepository
{
    private readonly string _table = $"{store.Schema}.data_protection_keys";

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var command = dataSource.CreateCommand($"select xml from {_table}");
        using var reader = command.ExecuteReader();
        var keys = new List<XElement>();
        while (reader.Read()) keys.Add(XElement.Parse(reader.GetString(0)));
        return keys;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var command = dataSource.CreateCommand($"insert into {_table} (name, xml) values ($1, $2) on conflict (name) do update set xml = excluded.xml");
        command.Parameters.Add(new() { Value = friendlyName });
        command.Parameters.Add(new() { Value = element.ToString(SaveOptions.DisableFormatting) });
        command.ExecuteNonQuery();
    }
}
