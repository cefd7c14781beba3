#!/usr/bin/env bash
# Builds the host and runs it at http://localhost:3000, from nothing. Arguments go to the host: ./run.sh --urls http://localhost:4000
# The data is in .data/postgres, or in the PostgreSQL that ConnectionStrings__JobScheduler names.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source scripts/prerequisites.sh

ensure_dotnet
if [[ -z ${ConnectionStrings__JobScheduler:-} ]]; then ensure_postgres; fi

dotnet publish src/JobScheduler.Host --configuration Release --output artifacts/host --nologo --verbosity quiet

# In this shell's place, so that Ctrl+C and a supervisor's signals reach the host.
# Development serves the practice targets, /test and /test-fail.
export ASPNETCORE_ENVIRONMENT="${ASPNETCORE_ENVIRONMENT:-Development}"
exec dotnet artifacts/host/JobScheduler.Host.dll "$@"
