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

# For the tests of the dashboard; looks where they look (tests/JobScheduler.BrowserTests/Dashboard.cs).
ensure_chromium() {
    local program
    for program in /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        if [[ -x $program ]]; then return; fi
    done
    if command -v apt-get >/dev/null; then
        local as_root=(env DEBIAN_FRONTEND=noninteractive)
        if [[ $(id -u) != 0 ]]; then
            command -v sudo >/dev/null || die "Chromium is missing, and installing it needs root: apt-get install chromium."
            as_root=(sudo "${as_root[@]}")
        fi
        echo "Installing Chromium with apt-get." >&2
        "${as_root[@]}" apt-get update -q >&2 || true
        "${as_root[@]}" apt-get install -qy --no-install-recommends chromium >&2 || die "apt-get could not install Chromium; its words are above."
    elif [[ $(uname) == Darwin ]] && command -v brew >/dev/null; then
        echo "Installing Google Chrome with Homebrew." >&2
        brew install --cask google-chrome >&2
    else
        die "Chromium is missing, which the tests of the dashboard drive: install it, or name the test projects you want, such as ./test.sh Unit."
    fi
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
