using JobScheduler.EventStore;
using Npgsql;

namespace JobScheduler.IntegrationTests.EventStore;

/// <summary>A read model to be rebuilt: what is on each account.</summary>
internal sealed class Balances : ReadModel
{
    public static readonly SchemaScript Schema = new(
        "balances", 1, "balances",
        """
        create table {schema}.balances (
            account uuid primary key,
            owner text check (owner <> 'nobody'),
            amount bigint not null default 0
        ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.1);
        create index by_owner on {schema}.balances (owner) where amount > 0;
        create index by_amount on {schema}.balances (amount desc, account);
        """);

    public override string Name => "balances";

    public override IReadOnlyList<string> Tables => ["balances"];

    public override IReadOnlyCollection<string> EventTypes => ["account_opened", "amount_added"];

    protected override void Write(IReadOnlyList<StoredEvent> events, string schema, NpgsqlBatch batch) => batch.BatchCommands.Add(new(
        $"""
        insert into {schema}.balances (account, owner, amount)
        select account, max(owner), sum(amount) from unnest($1, $2, $3) as e (account, owner, amount) group by account
        on conflict (account) do update set owner = coalesce(excluded.owner, balances.owner), amount = balances.amount + excluded.amount
        """)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid[]> { TypedValue = [.. events.Select(stored => stored.StreamId)] },
            new NpgsqlParameter<string?[]> { TypedValue = [.. events.Select(stored => (stored.Data as AccountOpened)?.Owner)] },
            new NpgsqlParameter<long[]> { TypedValue = [.. events.Select(stored => (stored.Data as AmountAdded)?.Amount ?? 0L)] },
        },
    });

    /// <summary>Two events an account, and one that is none of its.</summary>
    public static async Task FillAsync(PostgresEventStore store, int accounts)
    {
        await Task.WhenAll(Enumerable.Range(0, accounts).Select(n => store.AppendedAsync(
            Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AccountOpened($"{n}"), new AmountAdded(n))));
        await store.AppendManyAsync([new ParcelSent("x")]);
    }
}

internal sealed class Reporting(Action<RebuildProgress> report) : IProgress<RebuildProgress>
{
    public void Report(RebuildProgress value) => report(value);
}
