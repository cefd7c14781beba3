[assembly: AssemblyFixture(typeof(JobScheduler.BrowserTests.Dashboard))]
[assembly: AssemblyFixture(typeof(JobScheduler.Testing.PostgresFixture))]
