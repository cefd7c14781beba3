[assembly: AssemblyFixture(typeof(JobScheduler.Testing.PostgresFixture))]
