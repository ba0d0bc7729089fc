# summary.awk: what ctest's JUnit file says, in short: the skipped tests and why, the failed ones, and
# the counts last.  Fails if a test failed, or with need_data=1 was skipped for want of data.

function unescape(text) {
  gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text)
  gsub(/&apos;/, "'", text); gsub(/&amp;/, "\\&", text)
  return text
}

# The value of an attribute of the tag on this line.
function attribute(name, line) {
  if (!match(line, "[ \t]" name "=\"[^\"]*\"")) return ""
  return unescape(substr(line, RSTART + length(name) + 3, RLENGTH - length(name) - 4))
}

/^[ \t]*<testcase / {
  test = attribute("name", $0); status = attribute("status", $0)
  reason = last = ""; after_skipped = 0
}
/^[ \t]*<skipped / { skip_message = attribute("message", $0) }

# GoogleTest prints "file:line: Skipped", then the message, then "[  SKIPPED ] name"; a script says
# why on its last line.
/^[ \t]*<system-out>/ { sub(/^[ \t]*<system-out>/, "") }
/<\/system-out>/ { sub(/<\/system-out>.*/, "") }
/^\[  SKIPPED \]/ { after_skipped = 0 }
after_skipped && NF { reason = reason (reason == "" ? "" : " ") $0 }
/: Skipped$/ { after_skipped = 1 }
NF && !/^[ \t]*<\/?(testcase|testsuite|skipped|failure|\?xml)/ { last = $0 }

/^[ \t]*<\/testcase>/ {
  if (status == "run") {
    ++passed
  } else if (status == "disabled" || (status == "notrun" && skip_message ~ /^SKIP_/)) {
    if (reason == "") reason = last
    reason = unescape(reason)
    line = "skipped: " test ": " (reason == "" ? "disabled" : reason)
    if (need_data && reason ~ /GRADUS_DATA|[Mm][Nn][Ii][Ss][Tt]/) {
      failures = failures "failed:  " test ": skipped, though the data is there: " reason "\n"
      ++failed
    } else {
      print line
      ++skipped
    }
  } else {
    failures = failures "failed:  " test "\n"
    ++failed
  }
  skip_message = ""
}

END {
  printf "%s", failures
  printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
  exit failed > 0
}
