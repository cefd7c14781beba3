-- Finding jobs among a million by how their last run ended, and by part of their name or URL.

create index on {schema}.job_progress (last_status, job_id);

-- Without the extension, which PostgreSQL's own distribution has, a search reads all jobs: 0.5 s a million.
do $$
begin
    create extension if not exists pg_trgm;
    create index on {schema}.jobs using gin ((coalesce(name, '') || E'\n' || (definition -> 'target' ->> 'api')) gin_trgm_ops);
exception
    when insufficient_privilege or undefined_file or undefined_object or feature_not_supported then
        raise notice 'Jobs are searched without an index: %', sqlerrm;
end $$;
