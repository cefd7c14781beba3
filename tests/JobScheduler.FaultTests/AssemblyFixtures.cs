[assembly: AssemblyFixture(typeof(JobScheduler.Testing.PostgresFixture))]

// The scenarios wait more than they work: more of them run at once than there are cores.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
