# What the scripts share; they source it.  All they say goes to stderr: stdout belongs to the program
# that they run.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() {
  printf '%s\n' "$*" >&2
}

die() {
  say "${0##*/}: $*"
  exit 1
}

# Where the package system knows of a package, it must be installed; elsewhere nobody can tell.
has_package() {
  # A line for each architecture that a package is installed for.
  ! command -v dpkg-query > /dev/null ||
    dpkg-query -W -f '${db:Status-Status}\n' "$1" 2> /dev/null | grep -x installed > /dev/null
}

# install_missing NEED...: a NEED is `package`, `package:arm64` for another architecture than this
# machine's, or `command:package` where the command is enough, whoever installed it.  Installs what
# is not there, and nothing else.  Fails if that is impossible.
install_missing() {
  local need missing=()
  for need in "$@"; do
    if [[ $need == *:* && $need != *:arm64 ]]; then
      command -v "${need%%:*}" > /dev/null || missing+=("${need#*:}")
    else
      has_package "$need" || missing+=("$need")
    fi
  done
  if [ ${#missing[@]} -eq 0 ]; then
    return 0
  fi

  if ! command -v apt-get > /dev/null; then
    say "${0##*/}: missing, and there is no apt-get to install them: ${missing[*]}"
    return 1
  fi
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo > /dev/null; then
      say "${0##*/}: to install ${missing[*]}, run this as root or install sudo"
      return 1
    fi
    as_root=(sudo)
  fi
  say "Installing with apt-get: ${missing[*]}"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y
             -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Acquire::Retries=2)
  local log
  log=$(mktemp) || return 1
  if [[ ${missing[*]} == *:arm64* ]]; then
    "${as_root[@]}" dpkg --add-architecture arm64 || return 1
  fi
  # Old lists may be good enough, so that only the installation itself decides.
  "${apt[@]}" update < /dev/null > "$log" 2>&1 || true
  if ! "${apt[@]}" install --no-install-recommends "${missing[@]}" < /dev/null >> "$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    say "${0##*/}: apt-get could not install ${missing[*]}"
    return 1
  fi
  rm -f "$log"
}

# How many compilations to run at once: one a processor, and about 1 GiB of memory for each.
jobs() {
  local processors gigabytes
  processors=$(nproc)
  gigabytes=$(awk '/^MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo 2> /dev/null || true)
  if [ "${gigabytes:-1}" -lt "$processors" ]; then
    processors=${gigabytes:-1}
  fi
  echo $((processors > 0 ? processors : 1))
}

# What the presets do not say; a script may set it.
cmake_flags=()

# A command that the build and its programs run under; none unless a script sets it.
run_under=()

configure_and_build() {
  cd "$root" && "${run_under[@]}" cmake --preset "$1" "${cmake_flags[@]}" &&
    "${run_under[@]}" cmake --build --preset "$1" --target "$2" --parallel "$(jobs)"
}

# build PRESET TARGET: configures build/PRESET and builds it.  On a terminal one sees it work,
# elsewhere only what went wrong.
build() {
  local log=$root/build/$1.log
  say "Building $2 in build/$1 (log: build/$1.log)"
  mkdir -p "$root/build"
  if [ -t 2 ]; then
    (set -o pipefail && configure_and_build "$@" 2>&1 | tee "$log" >&2)
  else
    (configure_and_build "$@") > "$log" 2>&1
  fi || {
    grep -E -A 10 'error:|Error [0-9]|CMake Error|undefined reference' "$log" | tail -n 100 >&2
    die "the build failed: see $log"
  }
}
