#!/usr/bin/env bash
# Everything `make test` runs, one stage after another; `./test.sh STAGE …` runs only those. A stage that cannot run fails.
set -euo pipefail
cd "$(dirname "$0")"
# One set of flags for every stage, the same as make build: what one compiled, the next finds in the cache.
export CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false"
# Inputs per fuzz target, a number and not a time: at the end of a time, Go's fuzzer may call its own deadline a failure.
FUZZTIME=${FUZZTIME:-10000x}

compose() { docker-compose "$@" 2>/dev/null || docker compose "$@"; }

# What the tests need besides Go, by its Debian package: the network on Docker, and evidence/browser in a real browser.
missing() {
  command -v docker >/dev/null || echo docker.io
  compose version >/dev/null 2>&1 || echo docker-compose
  browser >/dev/null || echo chromium
}

browser() {
  local program
  for program in chromium chromium-browser google-chrome; do "$program" --version 2>/dev/null && return; done
  return 1
}

# Installs what is missing where that is possible: as root, with apt-get. Elsewhere it says what to install.
stage_setup() {
  local packages
  mapfile -t packages < <(missing)
  if [ ${#packages[@]} -gt 0 ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
      echo "the tests need ${packages[*]}: install them, or run './test.sh vet' alone" >&2
      return 1
    fi
    apt-get update -q && apt-get install -yq --no-install-recommends "${packages[@]}"
  fi
  docker info >/dev/null 2>&1 && return
  [ "$(id -u)" = 0 ] && service docker start || true
  for _ in $(seq 30); do docker info >/dev/null 2>&1 && return; sleep 1; done
  echo "no Docker Engine answers: the network on Docker cannot be tested; start one, or run './test.sh vet unit' alone" >&2
  return 1
}

# What this runs on, so that a result can be judged.
stage_machine() {
  go version
  uname -srm
  echo "cores: $(nproc), memory: $(awk '/MemTotal/ {printf "%.0f GiB", $2/1048576}' /proc/meminfo)"
  docker version --format 'Docker Engine {{.Server.Version}}'
  compose version --short | sed 's/^/Compose /'
  browser
}

stage_vet() {
  local ugly
  ugly=$(gofmt -l $(git ls-files '*.go' 2>/dev/null || find . -name '*.go'))
  [ -z "$ugly" ] || { echo "gofmt would change: $ugly" >&2; return 1; }
  go vet ./... ./testdata/generate
  go vet -tags integration ./...
}

stage_unit() { go test ./... ./testdata/generate; }

# Packages with tests on real networks run one after another: they share two cores.
stage_integration() { go build -ldflags "-s -w" -o bin/ ./bench/imi-comparator && go test -tags integration -p 1 -count=1 -timeout 30m $(go list -tags integration -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./network/... ./fabric/... ./gateway/... ./cli/... ./bench ./acceptance/...); }

stage_interop() { for module in interop/*/; do (cd "$module" && go vet ./... && go test ./...) || return 1; done; }

# Every fuzz target of every package, a little; a longer run is FUZZTIME=10m ./test.sh fuzz.
stage_fuzz() {
  local package target count=0
  for package in $(git grep -lE '^func Fuzz' -- '*_test.go' | xargs -n1 dirname | sort -u); do
    for target in $(grep -hoE '^func Fuzz[A-Za-z0-9]+' "$package"/*_test.go | sed 's/func //' | sort); do
      echo "fuzz $package $target"
      go test -run '^$' -fuzz "^$target\$" -fuzztime "$FUZZTIME" -fuzzminimizetime 1x "./$package" >/tmp/fuzz.$$ 2>&1 || { cat /tmp/fuzz.$$; rm -f /tmp/fuzz.$$; return 1; }
      count=$((count + 1))
    done
  done
  rm -f /tmp/fuzz.$$
  echo "$count fuzz targets, -fuzztime $FUZZTIME each: no failure"
}

# Every way to change one bit, byte or block of two captured ledgers, of a file of blocks, and of an answer with evidence: all
# must be noticed. It takes about ten minutes and tells how far it is; MANGLE=sample takes seconds, as in the unit tests.
stage_mangle() {
  local how=${MANGLE:-all} everything="" log
  log=$(mktemp)
  [ "$how" != all ] || everything=-everything
  go test ./evidence/audit -run '^TestMangled' -v -count=1 -timeout 0 -args -mangle "$how" 2>&1 | tee "$log" || { rm -f "$log"; return 1; }
  go test ./evidence/answer -run '^TestEveryChanged' -v -count=1 -timeout 0 -args $everything 2>&1 | tee -a "$log" || { rm -f "$log"; return 1; }
  echo "--- mangled ($how), all noticed:"
  grep -E 'changes of .* noticed|all refused|were refused' "$log" | sed -E 's/^ *[a-z_]+\.go:[0-9]+: /  /'
  awk '/changes of .* noticed/ { changed += $4; noticed += $2 } END { printf "  ledgers and file together: %d of %d changes noticed\n", noticed, changed }' "$log"
  rm -f "$log"
}

stages=("$@")
[ ${#stages[@]} -gt 0 ] || stages=(setup machine vet unit integration interop fuzz)
for stage in "${stages[@]}"; do
  echo "=== $stage"
  began=$SECONDS
  "stage_$stage"
  echo "=== $stage passed in $((SECONDS - began)) s"
done
