#!/usr/bin/env bash
# install_test.sh: install_missing() of scripts/lib.sh on machines that this one only pretends to be:
# every command that it asks is a stand-in.
# shellcheck disable=SC2317  # functions that check() calls
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/scripts/lib.sh
. "$root/tests/scripts/lib.sh"

real_path=$PATH

# machine [WORD...]: a fresh pretended machine.  Words: user (not root), sudo, no_apt, offline;
# have=X (a package or command that is there).
machine() {
  local word user=0
  rm -rf "${work:?}/bin"
  mkdir "$work/bin"
  : > "$work/log"
  : > "$work/installed"
  for word in bash sh env dirname mktemp cat rm printf grep; do
    ln -s "$(PATH=$real_path command -v $word)" "$work/bin/$word"
  done
  stand_in dpkg-query "grep -qx \"\${@: -1}\" '$work/installed' && printf installed"
  stand_in apt-get "echo \"apt-get \$DEBIAN_FRONTEND \$*\" >> '$work/log'
    case \" \$* \" in *' update '*) ! [ -e '$work/offline' ]; exit ;; esac
    [ ! -e '$work/offline' ] || { echo 'E: cannot fetch'; exit 100; }"
  rm -f "$work/offline"
  for word in "$@"; do
    case $word in
      user) user=1000 ;;
      sudo) stand_in sudo "echo \"sudo \$1\" >> '$work/log'; exec \"\$@\"" ;;
      no_apt) rm "$work/bin/apt-get" ;;
      offline) : > "$work/offline" ;;
      have=*) echo "${word#*=}" >> "$work/installed"; stand_in "${word#*=}" : ;;
    esac
  done
  stand_in id "echo $user"
}

stand_in() {
  printf '#!%s\n%s\n' "$(PATH=$real_path command -v bash)" "$2" > "$work/bin/$1"
  chmod +x "$work/bin/$1"
}

install() {
  PATH=$work/bin bash -c '. "$0/scripts/lib.sh"; install_missing "$@"' "$root" "$@" \
    > "$work/stdout" 2> "$work/out"
  status=$?
}

logged() {
  grep -q -- "$1" "$work/log"
}

claim "nothing is done if nothing is missing"
machine have=c++ have=libopenblas-dev
install c++:g++ libopenblas-dev
check [ $status -eq 0 ]
check [ ! -s "$work/log" ]
check [ ! -s "$work/out" ]

claim "what is missing is installed and named, and nothing else"
machine have=c++ have=zlib1g-dev
install c++:g++ cmake:cmake libopenblas-dev zlib1g-dev
check [ $status -eq 0 ]
check logged "install --no-install-recommends cmake libopenblas-dev$"
check logged "apt-get noninteractive .*update"
check grep -qx "Installing with apt-get: cmake libopenblas-dev" "$work/out"
check [ ! -s "$work/stdout" ]

claim "a package for another architecture is installed with that architecture"
machine have=libopenblas-dev
stand_in dpkg "echo \"dpkg \$*\" >> '$work/log'"
install libopenblas-dev libopenblas-dev:arm64
check [ $status -eq 0 ]
check logged "^dpkg --add-architecture arm64$"
check logged "install --no-install-recommends libopenblas-dev:arm64$"

claim "a package that is there for two architectures is there"
machine
stand_in dpkg-query "printf 'installed\ninstalled\n'"
install libopenblas-dev
check [ $status -eq 0 ]
check [ ! -s "$work/log" ]

claim "a user who is not root installs through sudo"
machine user sudo
install libopenblas-dev
check [ $status -eq 0 ]
check logged "^sudo env"
check logged "install --no-install-recommends libopenblas-dev$"

claim "a user who is neither root nor has sudo is told what to do"
machine user
install libopenblas-dev cmake:cmake
check [ $status -eq 1 ]
check grep -q "to install libopenblas-dev cmake, run this as root or install sudo" "$work/out"
check [ ! -s "$work/log" ]

claim "a user without any rights needs none if nothing is missing"
machine user have=cmake
install cmake:cmake
check [ $status -eq 0 ]

claim "without apt-get it says what is missing"
machine no_apt have=c++
install c++:g++ cmake:cmake
check [ $status -eq 1 ]
check grep -q "no apt-get to install them: cmake" "$work/out"

claim "what apt-get says is shown if it fails"
machine offline
install libopenblas-dev
check [ $status -eq 1 ]
check grep -q "E: cannot fetch" "$work/out"
check grep -q "apt-get could not install libopenblas-dev" "$work/out"

finish
