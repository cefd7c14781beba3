[assembly: AssemblyFixture(typeof(JobScheduler.BrowserTests.Dashboard))]
