# shellcheck shell=bash disable=SC2034 # the parts that source this use its names
# Shared by the demo's parts: places and words. Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# hsm-test/bench, crash and canary run instances of their own beside the demo's: elsewhere, with
# programs built before, a module before the token's, another log level.
demo=${CHANCERY_DEMO_DIR:-$root/target/demo}
module=/usr/lib/softhsm/libsofthsm2.so
daemon_module=${CHANCERY_DEMO_MODULE:-$module}
bin=${CHANCERY_DEMO_BIN:-$root/target/release}
log_level=${CHANCERY_DEMO_LOG:-info}
export SOFTHSM2_CONF=$demo/softhsm2.conf

step() { printf '\n--> %s\n' "$*"; }
say() { printf '    %s\n' "$*"; }
die() {
  printf 'demo: %s\n' "$*" >&2
  exit 1
}

# The daemon this demo started, if it still runs.
daemon_pid() {
  local pid
  pid=$(cat "$demo/daemon.pid" 2>/dev/null) || return 1
  [ "$(readlink "/proc/$pid/exe" 2>/dev/null | sed 's/ (deleted)$//')" = "$bin/chanceryd" ] || return 1
  echo "$pid"
}

# A value of target/demo/env.
value() {
  (
    # shellcheck source=/dev/null
    . "$demo/env"
    printf %s "${!1}"
  )
}
