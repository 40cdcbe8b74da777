#!/bin/sh
# The small silence: silence_small.sh CLASSIFY DIRECTORY PATH...
#
# Tables and logs of traps (made), and up to 150 MB of text that the machine has under PATHs: not one field is confirmed.
set -eu

classify=$1
directory=$2
shift 2
here=$(dirname "$0")
mkdir -p "$directory/traps"
[ -e "$directory/traps/kernel.log" ] || python3 "$here/traps.py" "$directory/traps" 50000
find "$@" -type f -size -4M 2>/dev/null | sort | head -n 20000 | tar -C / -cf - --no-recursion -T - 2>/dev/null |
    head -c 150000000 >"$directory/texts.tar" || true
$classify --json "$directory" >"$directory.jsonl" || case $? in 1 | 3) ;; *) exit 1 ;; esac # 3: archives and the like in between
python3 "$here/silence_count.py" "$directory.jsonl" "$(du -sb "$directory" | cut -f1)" 50000000
