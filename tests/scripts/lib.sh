# What the tests of scripts share.  They source it with `root` set to the project's folder.
# shellcheck shell=bash disable=SC2034,SC2153,SC2154

work=$(mktemp -d) || exit 2
server_pid=
trap '[ -z "$server_pid" ] || kill "$server_pid"; rm -rf "$work"' EXIT
failures=0

# claim TEXT: begins a case in an empty folder $data; what fails in it is reported under TEXT.
claim() {
  claimed=$1
  data=$work/data
  rm -rf "$data"
  mkdir "$data"
  [ -z "$server_pid" ] || : > "$work/log"
}

failed() {
  echo "FAILED: $claimed: $*"
  [ ! -f "$work/out" ] || sed 's/^/    /' "$work/out"
  failures=$((failures + 1))
}

# check CONDITION...: the case fails unless the command succeeds.
check() {
  "$@" || failed "$*"
}

# start_server FOLDER: serves the files of FOLDER at $url/<how>/<name>.  Without the tools for that
# the whole test is skipped.
start_server() {
  if ! command -v python3 > /dev/null || ! command -v curl > /dev/null; then
    echo "needs python3 and curl"
    exit 77
  fi
  : > "$work/log"
  coproc SERVER { exec python3 "$root/tests/scripts/server.py" "$1" "$work/log"; }
  server_pid=$SERVER_PID
  local port
  read -r port <&"${SERVER[0]}" || exit 2
  url=http://127.0.0.1:$port
}

finish() {
  [ "$failures" -ne 0 ] || echo "all claims hold"
  exit $((failures > 0))
}
