-- The newest alerts of a state: without it, asking for the open ones among 100,000 that are resolved reads them all (87 ms; with it 0.02 ms).
create index on {schema}.alerts (state, raised_at, id);
