#!/usr/bin/env bash
# Photographs every page of the dashboard, in light and dark, 380 and 1400 pixels wide, with jobs like a team's, one, none, all
# failing, and 10,000; and the two pictures of the README (docs/images). Takes some five minutes.
#   scripts/screenshots.sh FOLDER                  all scenarios
#   scripts/screenshots.sh FOLDER team one-job     only these
#   SECONDS_EACH=30 scripts/screenshots.sh FOLDER  jobs run for that long before they are photographed; by default 90 s
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/prerequisites.sh

(($# > 0)) || die "Say into which folder: $0 FOLDER [SCENARIO...]"
mkdir -p "$1" docs/images
JOBSCHEDULER_SCREENSHOTS=$(cd "$1" && pwd)
shift
export JOBSCHEDULER_SCREENSHOTS
export JOBSCHEDULER_SCREENSHOTS_README=$PWD/docs/images
export JOBSCHEDULER_SCREENSHOTS_SECONDS=${SECONDS_EACH:-90}
JOBSCHEDULER_SCREENSHOTS_SCENARIOS=$(IFS=,; echo "$*")
export JOBSCHEDULER_SCREENSHOTS_SCENARIOS

ensure_dotnet
ensure_postgres
ensure_chromium
dotnet build tests/JobScheduler.BrowserTests --configuration Release --nologo --verbosity quiet
dotnet tests/JobScheduler.BrowserTests/bin/Release/net10.0/JobScheduler.BrowserTests.dll -noColor -explicit only -class '*.ScreenshotTests'

# Where there is a program for it, in fewer colours: a third of the size, and nobody sees it.
if command -v pngquant >/dev/null; then pngquant --force --skip-if-larger --ext .png --quality 70-95 docs/images/*.png || true; fi
echo "Look at them in $JOBSCHEDULER_SCREENSHOTS, and in docs/images." >&2
