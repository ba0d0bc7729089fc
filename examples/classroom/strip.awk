# awk -v tasks=all -f strip.awk solution.h > skeleton.h
# Takes out what stands between "// SOLUTION N" and "// END", for all tasks or those listed in
# `tasks` ("1 3", or "none").  A line "// BLANK code" between them leaves its code in that place, so
# that what is left compiles.
/^ *\/\/ SOLUTION [0-9]+$/ {
  if (inside) { bad = "SOLUTION inside SOLUTION"; exit }
  inside = 1
  is_blank = tasks == "all" || index(" " tasks " ", " " $3 " ") > 0
  if (is_blank) { sub(/\/\/ SOLUTION/, "// YOUR CODE for task"); print }
  next
}
/^ *\/\/ END$/ {
  if (!inside) { bad = "END without SOLUTION"; exit }
  inside = 0
  next
}
inside && /^ *\/\/ BLANK / {
  if (is_blank) { sub(/\/\/ BLANK /, ""); print }
  next
}
!inside || !is_blank
END {
  if (inside && !bad) bad = "SOLUTION without END"
  if (bad) { print FILENAME ": line " NR ": " bad > "/dev/stderr"; exit 1 }
}
