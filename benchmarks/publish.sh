#!/usr/bin/env bash
# How long storing results takes, against cp -r and sync -f of the same files: 2 GB in 10,000 files and in 4.
# Prints the median of the rounds' ratios, and their spread. Both begin alike: from files just written and synced (ours:
# by a script), into memory that had no use yet, and when ext4 takes deleted inodes again, which it doesn't for 5 s.
# usage: benchmarks/publish.sh [ROUNDS [DIRECTORY]]   a directory on the disk to be measured, with 9 GB free; default: 5, var/
set -euo pipefail
cd "$(dirname "$0")/.."
program=${POST_PROCESS_ADMIN:-bin/post-process-admin}
[ -x "$program" ] || { echo "run ./build.sh first" >&2; exit 1; }
mkdir -p var
directory=$(mktemp -d "${2:-$PWD/var}/publish.XXXXXX")
mkdir -p "$directory/tmp"
trap 'rm -rf "$directory"' EXIT
export TMPDIR=$directory/tmp AUTOREDUCTION__REDUCTION__SOFTWARE='[]' AUTOREDUCTION__REDUCTION__MIN_FREE_SPACE=0
echo data >"$directory/RUN1.nxs"
cat >"$directory/reduce.py" <<PYTHON
import os, shutil
def main(input_file, output_dir):
    for name in os.listdir("$directory/source"):
        shutil.copytree("$directory/source/" + name, name)
    os.sync()
PYTHON

make_source() { # FILES MEGABYTES
    rm -rf "$directory/source"
    /usr/bin/python3 - "$directory/source" "$1" "$2" <<'PYTHON'
import os, sys
source, files, size = sys.argv[1], int(sys.argv[2]), (int(sys.argv[3]) << 20) // int(sys.argv[2])
block = os.urandom(1 << 20) * (size // (1 << 20) + 1)
for number in range(files):
    folder = "%s/%02d" % (source, number % 100)
    os.makedirs(folder, exist_ok=True)
    with open("%s/%d.dat" % (folder, number), "wb") as file:
        file.write(block[:size])
PYTHON
}

settle() {
    rm -rf "$directory/ours" "$directory/fresh" "$directory/copy"
    sync -f "$directory"
    sleep 6
}

store() { # prints the seconds that storing takes
    settle
    "$program" try --instrument BENCH --data "$directory/RUN1.nxs" --script "$directory/reduce.py" --output "$directory/ours" |
        sed -n 's/^stored in \([0-9.]*\) s$/\1/p'
}

copy() { # prints the seconds of cp -r and sync -f
    local began ended
    settle
    cp -r "$directory/source" "$directory/fresh"
    sync
    began=$(date +%s.%N)
    cp -r "$directory/fresh" "$directory/copy"
    sync -f "$directory/copy"
    ended=$(date +%s.%N)
    awk -v began="$began" -v ended="$ended" 'BEGIN { printf "%.2f", ended - began }'
}

measure() { # FILES MEGABYTES ROUNDS
    local round ours theirs
    make_source "$1" "$2"
    for round in $(seq "$3"); do
        # Who is second finds the disk busier: they take turns.
        if [ $((round % 2)) = 1 ]; then
            ours=$(store) theirs=$(copy)
        else
            theirs=$(copy) ours=$(store)
        fi
        echo "$ours $theirs"
    done | awk -v files="$1" '{
            printf "%6d files, round %d: cp -r and sync -f %.2f s, stored in %.2f s\n", files, NR, $2, $1
            ratios[NR] = $1 / $2
        } END {
            for (i = 2; i <= NR; i++) for (j = i; j > 1 && ratios[j - 1] > ratios[j]; j--) { t = ratios[j]; ratios[j] = ratios[j - 1]; ratios[j - 1] = t }
            median = NR % 2 ? ratios[(NR + 1) / 2] : (ratios[NR / 2] + ratios[NR / 2 + 1]) / 2
            printf "%6d files: ratio %.2f (median of %d, %.2f to %.2f)\n", files, median, NR, ratios[1], ratios[NR]
        }'
}

measure 10000 2000 "${1:-5}"
measure 4 2000 "${1:-5}"
