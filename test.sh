#!/usr/bin/env bash
# Builds once and runs the tests, from nothing; the last line is "N passed, N failed".
#   ./test.sh                           every test but the long fault scenarios
#   ./test.sh Unit EndToEnd             only the projects whose name contains one of the words
#   ./test.sh --faults                  every fault scenario, the long ones too: some 5 minutes
#   ./test.sh --soak MINUTES --seed N   random faults over random jobs; the seed, by default a random one, is printed and repeats them
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source scripts/prerequisites.sh

passed=0
failed=0
finished=false
log=$(mktemp)
failures=$(mktemp)

# Whatever goes wrong on the way is a failure too, and the last line is always there. What failed is told
# once more before it: nobody should have to look for it between the logs of hosts that were killed on purpose.
finish() {
    if [[ $finished == false ]]; then failed=$((failed + 1)); fi
    if [[ -s $failures ]]; then
        echo "== What failed"
        cat "$failures"
    fi
    rm -f "$log" "$failures"
    echo "$passed passed, $failed failed"
    if ((failed > 0)); then exit 1; fi
}
trap finish EXIT

wanted() {
    local name=$1 part
    shift
    if (($# == 0)); then return 0; fi
    for part; do
        if [[ $name == *"$part"* ]]; then return 0; fi
    done
    return 1
}

# The number after a word of the runner's summary: "Name  Total: 7, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0, Time: 1.2s".
count() {
    sed -n "s/.*[ ,]$1: \([0-9][0-9]*\),.*/\1/p" <<<"$2"
}

# A project's name, and what its runner is told beside.
run_project() {
    local name=$1 status=0 summary good=0 bad=0
    shift
    echo "== $name"
    dotnet "tests/$name/bin/Release/net10.0/$name.dll" -noColor "$@" 2>&1 | tee "$log" || status=$?
    summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+,' "$log" | tail -n 1 || true)
    if [[ -n $summary ]]; then
        bad=$(($(count Errors "$summary") + $(count Failed "$summary")))
        good=$(($(count Total "$summary") - $(count Failed "$summary") - $(count Skipped "$summary") - $(count 'Not Run' "$summary")))
    fi
    # A failed test's line, and what is indented below it: the message and the stack, between which hosts may log.
    awk '/ \[FAIL\]$/ { left = 40; print; next } /^      / && left > 0 { print; left--; next } !/^[0-9]/ { left = 0 }' "$log" >>"$failures"
    # A project that crashed, or in which nothing passed, has failed whatever it says.
    if ((bad == 0)) && { ((status != 0)) || ((good == 0)); }; then
        echo "$name: exit code $status, $good tests passed" | tee -a "$failures"
        bad=1
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
}

# Which tests of the projects: not those that take a minute or more, unless they are asked for.
told=(-trait- Duration=Long)
words=()
while (($# > 0)); do
    case $1 in
        --faults)
            words+=(FaultTests)
            told=()
            ;;
        --soak | --seed)
            [[ ${2:-} =~ ^[0-9]+$ ]] || die "$1 takes a number."
            if [[ $1 == --soak ]]; then export JOBSCHEDULER_SOAK_MINUTES=$2; else export JOBSCHEDULER_SOAK_SEED=$2; fi
            words+=(FaultTests)
            told=(-explicit only -class '*.SoakTests' -showLiveOutput)
            shift
            ;;
        --*) die "Unknown option $1: there are --faults, --soak MINUTES and --seed N." ;;
        *) words+=("$1") ;;
    esac
    shift
done
set -- ${words[@]+"${words[@]}"}

ensure_dotnet
ensure_postgres

projects=()
for folder in tests/*Tests/; do
    name=$(basename "$folder")
    if wanted "$name" "$@"; then projects+=("$name"); fi
done
if ((${#projects[@]} == 0)); then die "No test project's name contains: $*"; fi
if [[ " ${projects[*]} " == *" JobScheduler.BrowserTests "* ]]; then ensure_chromium; fi

if (($# == 0)); then
    dotnet build JobScheduler.sln --configuration Release -warnaserror --nologo --verbosity quiet
else
    for name in "${projects[@]}"; do
        dotnet build "tests/$name" --configuration Release -warnaserror --nologo --verbosity quiet
    done
fi
for name in "${projects[@]}"; do run_project "$name" ${told[@]+"${told[@]}"}; done
finished=true
