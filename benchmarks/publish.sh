#!/usr/bin/env bash
# How long storing results takes, against cp -r and sync -f of the same files: 2 GB in 10,000 files and in 4.
# usage: benchmarks/publish.sh [ROUNDS [DIRECTORY]]   a directory on the disk to be measured, with 9 GB free; default: var/
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

measure() { # FILES MEGABYTES: prints the seconds of cp, of ours, and their ratio
    local files=$1 megabytes=$2
    cat >"$directory/reduce.py" <<PYTHON
import os
def main(input_file, output_dir):
    block = os.urandom(1 << 20) * ($megabytes // $files + 1)
    for number in range($files):
        folder = "%02d" % (number % 100)
        if not os.path.isdir(folder):
            os.mkdir(folder)
        with open("%s/%d.dat" % (folder, number), "wb") as file:
            file.write(block[:($megabytes << 20) // $files])
    os.sync()
PYTHON
    rm -rf "$directory/ours" "$directory/copy"
    sync -f "$directory"
    local ours began ended
    ours=$("$program" try --instrument BENCH --data "$directory/RUN1.nxs" --script "$directory/reduce.py" --output "$directory/ours" |
        sed -n 's/^stored in \([0-9.]*\) s$/\1/p')
    began=$(date +%s.%N)
    cp -r "$directory/ours" "$directory/copy"
    sync -f "$directory/copy"
    ended=$(date +%s.%N)
    awk -v files="$files" -v ours="$ours" -v began="$began" -v ended="$ended" 'BEGIN {
        printf "%6d files: cp -r and sync -f %.2f s, stored in %.2f s, ratio %.2f\n", files, ended - began, ours, ours / (ended - began) }'
}

for round in $(seq "${1:-3}"); do
    echo "round $round"
    measure 10000 2000
    measure 4 2000
done
