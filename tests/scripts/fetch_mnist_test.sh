#!/usr/bin/env bash
# fetch_mnist_test.sh [real]: scripts/fetch_mnist.sh against a server on this machine that serves well
# and badly.  Uses small files of its own; with `real` MNIST itself, from GRADUS_DATA.
# shellcheck disable=SC2317  # functions that check() calls
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/scripts/lib.sh
. "$root/tests/scripts/lib.sh"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY

names="train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte"
first=train-images-idx3-ubyte
mkdir "$work/served"
for name in $names; do
  head -c 30000 /dev/urandom > "$work/$name"
  gzip -9nc "$work/$name" > "$work/served/$name.gz"
  (cd "$work" && sha256sum "$name") >> "$work/sums"
done
if [ "${1:-}" = real ] && [ ! -f "${GRADUS_DATA:-}/mnist/$first.gz" ]; then
  echo "set GRADUS_DATA to a folder with mnist/$first.gz"
  exit 77
fi
start_server "$work/served"
dead=http://127.0.0.1:1

# fetch MIRROR...: runs the script with these mirrors, named by how they serve; sets $status.
fetch() {
  local mirror list=()
  for mirror in "$@"; do
    case $mirror in
      http:*) list+=("$mirror") ;;
      *) list+=("$url/$mirror") ;;
    esac
  done
  GRADUS_MNIST_MIRRORS="${list[*]}" timeout 60 "$root/scripts/fetch_mnist.sh" --sums "$work/sums" \
    --otherwise "doing without" "$data" > "$work/out" 2>&1
  status=$?
}

# All files are there, they are right, and nothing else is.
complete() {
  local name
  [ "$status" -eq 0 ] || return
  for name in $names; do
    gzip -dc "$data/$name.gz" 2>&1 | cmp -s - "$work/$name" || return
  done
  [ "$(find "$data" -type f | wc -l)" -eq 4 ]
}

nothing_named() {
  [ -z "$(find "$data" -name '[!.]*' ! -path "$data")" ]
}

says() {
  grep -q -- "$1" "$work/out"
}

requests() {
  grep -c -- "$1" "$work/log"
}

if [ "${1:-}" = real ]; then
  claim "the usual checksums are those of MNIST"
  cp "$GRADUS_DATA"/mnist/*-ubyte.gz "$work/served"
  cp "$root/scripts/mnist.sha256" "$work/sums"
  fetch recompressed
  check [ "$status" -eq 0 ]
  check grep -q "^$(gzip -dc "$data/$first.gz" | sha256sum | cut -d ' ' -f 1)" "$work/sums"
  finish
fi

claim "good files are fetched"
fetch good
check complete

claim "what is there is not fetched again"
fetch good
: > "$work/log"
fetch good
check complete
check [ "$(requests .)" -eq 0 ]
check [ ! -s "$work/out" ]

claim "the same data compressed at another level is right"
fetch recompressed
check complete
if cmp -s "$data/$first.gz" "$work/served/$first.gz"; then failed "compressed alike"; fi

for bad in truncated corrupted html other bomb 404 500; do
  claim "a mirror that serves badly ($bad) is passed over"
  fetch "$bad" good
  check complete
  check says "$url/$bad/$first.gz: "

  claim "nothing is left under a file's name if all serves badly ($bad)"
  fetch "$bad"
  check [ "$status" -eq 1 ]
  check nothing_named
  check says "$first.gz: no mirror gives it"
  if says "doing without"; then failed "a bad mirror was taken for no network"; fi
done

claim "the message says what is wrong"
fetch html
check says "not a gzip file"
fetch corrupted
check says "truncated or damaged"
fetch other
check says "not the expected content"
fetch bomb
check says "truncated or damaged"
fetch 404
check says "404"

claim "a connection that ends early is resumed"
fetch cut
check complete
check [ "$(requests "$first.gz bytes=0-")" -eq 1 ]
check [ "$(requests "$first.gz bytes=[1-9]")" -ge 2 ]

claim "a killed download goes on where it ended"
GRADUS_MNIST_MIRRORS=$url/hang setsid "$root/scripts/fetch_mnist.sh" --sums "$work/sums" "$data" \
  > "$work/out" 2>&1 &
pid=$!
disown $pid
for _ in $(seq 100); do
  part=$(find "$data" -name '*.part' -size +8k)
  [ -z "$part" ] || break
  sleep 0.05
done
kill -9 -- -$pid
check nothing_named
check [ -n "$part" ]
mv "$part" "$data/.$first.gz.$(printf %s "$url/good/$first.gz" | sha256sum | head -c 8).part"
fetch good
check complete
check [ "$(requests "/good/$first.gz")" -eq 1 ]
check [ "$(requests "/good/$first.gz bytes=[1-9]")" -eq 1 ]

# part_of HOW: where the script keeps the beginning of the first file from that mirror.
part_of() {
  echo "$data/.$first.gz.$(printf %s "$url/$1/$first.gz" | sha256sum | head -c 8).part"
}

claim "the beginning of another content is thrown away"
head -c 9000 /dev/urandom > "$(part_of good)"
fetch good
check complete

claim "a beginning that is longer than the file is thrown away"
head -c 90000 /dev/urandom > "$(part_of good)"
fetch good
check complete

claim "a server that cannot resume serves from the start"
head -c 9000 "$work/served/$first.gz" > "$(part_of norange)"
fetch norange
check complete

claim "a download that was whole but not yet named is named"
cp "$work/served/$first.gz" "$(part_of good)"
fetch good
check complete
check [ "$(requests "$first")" -eq 0 ]

claim "one mirror's beginning is not continued with another's bytes"
head -c 9000 "$work/served/$first.gz" > "$(part_of good)"
fetch 404 recompressed
check complete
check [ "$(requests "recompressed/$first.gz bytes=0-")" -eq 1 ]

claim "a wrong file is replaced, and others are left alone"
gzip -c "$0" > "$data/$first.gz"
echo mine > "$data/notes.txt"
fetch good
check [ "$(cat "$data/notes.txt")" = mine ]
rm "$data/notes.txt"
check complete
check says "is there, but not the expected content"

claim "a mirror that cannot be reached is passed over, and asked once"
fetch "$dead" good
check complete

claim "without network it says so in one line and ends with 3"
fetch "$dead" http://127.0.0.1:2
check [ "$status" -eq 3 ]
check [ "$(grep -c network "$work/out")" -eq 1 ]
check [ "$(wc -l < "$work/out")" -eq 2 ]
check says "No network.*: doing without"

claim "two at once do not disturb each other"
GRADUS_MNIST_MIRRORS=$url/good "$root/scripts/fetch_mnist.sh" --sums "$work/sums" "$data" \
  > /dev/null 2>&1 &
fetch good
check complete
check wait $!
check [ "$(requests "$first")" -eq 1 ]

claim "a folder that cannot be written is named"
echo "a file" > "$work/file"
data=$work/file/folder
fetch good
check [ "$status" -eq 1 ]
check says "cannot write into $data"

claim "wrong usage ends with 2"
for arguments in "" "--sums" "--frobnicate x"; do
  # shellcheck disable=SC2086  # an empty one is no argument
  "$root/scripts/fetch_mnist.sh" $arguments > "$work/out" 2>&1
  check [ $? -eq 2 ]
done

finish
