# Sourced by the scripts beside it: a new enough Node in PATH, the dependencies of the lockfile, the build.
# Speaks on stderr only, so that `--json` output stays clean. Quick when nothing changed.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
say() { printf '%s\n' "$*" >&2; }

# The tools need Node 22.18 (it runs TypeScript files as they are).
node_is_new() { node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 18) ? 0 : 1)' 2>/dev/null; }

# Runs "$@" in silence; shows all it said if it fails.
quietly() {
  local log
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then rm -f "$log"; else
    local code=$?
    cat "$log" >&2
    rm -f "$log"
    return $code
  fi
}

# One line for what these files and folders of ours hold now, names included.
fingerprint() (cd "$root" && find "$@" -type f | LC_ALL=C sort | tr '\n' '\0' | xargs -0 cksum | cksum)

install_node() {
  if node_is_new; then return; fi
  local own="$root/.ci/node24"
  if [ ! -x "$own/node_modules/.bin/node" ]; then
    if [ "$(uname -sm)" != 'Linux x86_64' ]; then
      say "ticketwright's tools need Node 22.18 or newer; this is $(node --version 2>/dev/null || echo 'no Node')."
      return 1
    fi
    say "· node $(node --version) is older than 22.18: installing Node 24 under .ci/node24"
    (cd "$own" && quietly npm ci --ignore-scripts) || return
  fi
  export PATH="$own/node_modules/.bin:$PATH"
  node_is_new
}

install_dependencies() {
  local stamp="$root/node_modules/.ticketwright-installed" now
  now=$(fingerprint package-lock.json)
  if [ "$now" = "$(cat "$stamp" 2>/dev/null)" ]; then return; fi
  say '· installing dependencies'
  (cd "$root" && quietly npm ci) || return
  printf '%s\n' "$now" >"$stamp"
}

# One at a time: several tests may ask for the build at once. (Where there is no flock, they had better not.)
build() {
  (
    if command -v flock >/dev/null; then flock 9; fi
    stamp="$root/node_modules/.ticketwright-built"
    now=$(fingerprint src package-lock.json package.json tsconfig.json tsup.config.ts scripts/entries.ts scripts/droppable.ts)
    if [ -f "$root/dist/index.js" ] && [ "$now" = "$(cat "$stamp" 2>/dev/null)" ]; then exit 0; fi
    say '· building'
    rm -f "$stamp"
    cd "$root" && quietly tsup 9>&- || exit
    printf '%s\n' "$now" >"$stamp"
  ) 9>"$root/node_modules/.ticketwright-building"
}

install_node
export PATH="$root/node_modules/.bin:$PATH"
install_dependencies
