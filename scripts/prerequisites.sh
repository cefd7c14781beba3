# Sourced by run.sh and test.sh: what must be on the machine before anything can be built or run.

die() {
    echo "$*" >&2
    exit 1
}

ensure_dotnet() {
    if ! command -v dotnet >/dev/null || ! grep -q '^10\.' <<<"$(dotnet --list-sdks)"; then
        die "The .NET 10 SDK is missing: install it from https://dotnet.microsoft.com/download/dotnet/10.0 (macOS: brew install dotnet-sdk)."
    fi
}

# Looks where the host looks (src/JobScheduler.Host/EmbeddedPostgres/PostgresBinaries.cs).
has_postgres() {
    local folder
    for folder in ${EmbeddedPostgres__BinDirectory:+"$EmbeddedPostgres__BinDirectory"} "$(dirname "$(command -v initdb || echo /none/initdb)")" \
        /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin; do
        if [[ -x $folder/initdb && -x $folder/postgres && -x $folder/pg_ctl ]]; then return 0; fi
    done
    return 1
}

# PostgreSQL's programs, without a server: the host starts its own.
ensure_postgres() {
    if has_postgres; then return; fi
    if command -v apt-get >/dev/null; then
        install_postgres_with_apt
    elif [[ $(uname) == Darwin ]] && command -v brew >/dev/null; then
        echo "Installing PostgreSQL 17 with Homebrew." >&2
        brew install postgresql@17 >&2
    else
        die "PostgreSQL is missing: install its server package (13 or later), or set ConnectionStrings__JobScheduler to a server you have."
    fi
    has_postgres || die "PostgreSQL was installed, and its programs are not where they are looked for: set EmbeddedPostgres__BinDirectory to their folder."
}

# Debian's server package makes a cluster and starts it on port 5432, unless it is told otherwise before it is installed.
install_postgres_with_apt() {
    local as_root=() drop_in=/etc/postgresql-common/createcluster.d/jobscheduler.conf installed=true
    if [[ $(id -u) != 0 ]]; then
        command -v sudo >/dev/null || die "PostgreSQL is missing, and installing it needs root: apt-get install postgresql."
        as_root=(sudo)
    fi
    as_root+=(env DEBIAN_FRONTEND=noninteractive)

    echo "Installing PostgreSQL with apt-get." >&2
    "${as_root[@]}" apt-get update -q >&2 || true # one broken source need not matter; if it does, the next line says so
    "${as_root[@]}" apt-get install -qy --no-install-recommends postgresql-common >&2
    "${as_root[@]}" mkdir -p "$(dirname "$drop_in")"
    echo "create_main_cluster = false" | "${as_root[@]}" tee "$drop_in" >/dev/null
    "${as_root[@]}" apt-get install -qy --no-install-recommends postgresql >&2 || installed=false
    "${as_root[@]}" rm -f "$drop_in"
    if [[ $installed == false ]]; then die "apt-get could not install PostgreSQL; its words are above."; fi
}
