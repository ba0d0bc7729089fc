#!/usr/bin/env bash
# fetch_mnist.sh [--sums FILE] [--otherwise TEXT] DIR: puts the four files of MNIST into DIR, as .gz.
#
# A file that is there and right is left alone.  An interrupted download goes on where it ended.
# Under a file's own name there is only ever a whole file: it is checked first, then renamed.
#   --sums FILE       checksums of the decompressed files (mirrors compress differently), sha256sum's
#                     format; scripts/mnist.sha256 unless given
#   --otherwise TEXT  what follows if there is no network, for the message
#   GRADUS_MNIST_MIRRORS  addresses to try, in this order, separated by blanks, instead of the usual
# Exit status: 0 all four are there, 1 some are not, 2 usage, 3 no mirror can be reached.
set -uo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

read -r -a mirrors <<< "${GRADUS_MNIST_MIRRORS:-https://ossci-datasets.s3.amazonaws.com/mnist \
  https://storage.googleapis.com/cvdf-datasets/mnist http://yann.lecun.com/exdb/mnist}"
size_limit=100000000  # bytes of a file, far above the largest: no mirror can fill the disk
sums=$root/scripts/mnist.sha256
otherwise=
directory=
while [ $# -gt 0 ]; do
  case $1 in
    --sums | --otherwise)
      [ $# -ge 2 ] || { say "fetch_mnist.sh: $1 needs a value"; exit 2; }
      [ "$1" = --sums ] && sums=$2 || otherwise=$2
      shift
      ;;
    -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) say "fetch_mnist.sh: unknown option $1"; exit 2 ;;
    *) directory=$1 ;;
  esac
  shift
done
[ -n "$directory" ] || { say "usage: fetch_mnist.sh [--sums FILE] [--otherwise TEXT] DIR"; exit 2; }
sums=$(cat "$sums") || exit 2
command -v curl > /dev/null || die "curl is needed: apt-get install curl ca-certificates"
{ mkdir -p "$directory" && [ -w "$directory" ] && cd "$directory"; } 2> /dev/null ||
  die "cannot write into $directory"
# Two at once would write into one file: the second waits, and then finds the work done.
exec 9< . && flock 9

bytes_of() {
  stat -c %s "$1" 2> /dev/null || echo 0
}

# flaw FILE SUM: prints what is wrong with a .gz file; nothing if its content has that checksum.
flaw() {
  local sum
  if [ "$(head -c 2 "$1" | od -An -tx1 | tr -d ' ')" != 1f8b ]; then
    echo "not a gzip file (an error page?)"
  elif ! sum=$(gzip -dc < "$1" 2> /dev/null | head -c $size_limit | sha256sum); then
    echo "truncated or damaged"
  elif [ "${sum%% *}" != "$2" ]; then
    echo "not the expected content (its SHA-256 is ${sum%% *})"
  fi
}

# fetch URL NAME SUM: 0 if NAME is in place, 1 if the URL does not give it, 3 if the mirror cannot be
# reached.
fetch() {
  local url=$1 name=$2 sum=$3 part had message status wrong
  # Named after the address: the bytes of one mirror do not continue those of another.
  part=.$name.$(printf %s "$url" | sha256sum | head -c 8).part
  for _ in 1 2 3 4 5 6 7 8; do
    if [ -s "$part" ] && [ -z "$(flaw "$part" "$sum")" ]; then
      mv -f "$part" "$name" && rm -f ."$name".*.part && say "  $name, from $url"
      return
    fi
    had=$(bytes_of "$part")
    message=$(curl -sS -f -L -C - -o "$part" --connect-timeout 5 --speed-limit 1000 \
      --speed-time 15 --max-filesize $size_limit --proto =http,https "$url" 2>&1)
    status=$?
    wrong=${message##*curl: }
    case $status in
      0) wrong=$(flaw "$part" "$sum") ;;
      5 | 6 | 7 | 35) return 3 ;;
      28) [ "$(bytes_of "$part")" -gt "$had" ] || return 3 ;;
    esac
    if [ -z "$wrong" ]; then
      continue
    elif [ $status -ne 0 ] && [ "$(bytes_of "$part")" -gt "$had" ]; then
      continue  # cut off, but longer than before
    elif [ $status -eq 0 ] || [ $status -eq 33 ] || [ $status -eq 36 ] || [[ $message == *416* ]]; then
      # The beginning is of no use.  If this try did not fetch it, the next one does.
      rm -f "$part"
      [ "$had" -eq 0 ] || continue
    fi
    break
  done
  say "  $url: $wrong"
  return 1
}

result=0
said=
while read -r sum file; do
  name=$file.gz
  if [ -f "$name" ]; then
    wrong=$(flaw "$name" "$sum")
    [ -n "$wrong" ] || continue
    say "$directory/$name is there, but $wrong"
  fi
  [ -n "$said" ] || say "Fetching MNIST into $directory"
  said=1
  status=1
  for i in "${!mirrors[@]}"; do
    fetch "${mirrors[i]%/}/$name" "$name" "$sum"
    status=$?
    if [ $status -eq 3 ]; then
      unset "mirrors[i]"  # not waited for again
    elif [ $status -eq 0 ]; then
      break
    fi
  done
  if [ ${#mirrors[@]} -eq 0 ]; then
    say "No network (no mirror of MNIST can be reached)${otherwise:+: $otherwise}"
    exit 3
  elif [ $status -ne 0 ]; then
    say "  $name: no mirror gives it"
    result=1
  fi
done <<< "$sums"
exit $result
