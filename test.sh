#!/usr/bin/env bash
# Builds without warnings, checks formatting and scripts, runs all tests. Ends with: N passed, N failed, N skipped.
set -eu
cd "$(dirname "$0")"
./install.sh activemq python3 python3-h5py python3-numpy python3-matplotlib strace shellcheck
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build AutoreductionDaemon.sln -v quiet -nologo
dotnet format AutoreductionDaemon.sln --verify-no-changes --no-restore
shellcheck ./*.sh examples/activemq/run-broker.sh .ci/run
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
code=0
dotnet test tests --no-build -v quiet -nologo --logger "trx;LogFileName=tests.trx" --results-directory "$results" || code=$?
/usr/bin/python3 -B -m unittest discover -s examples || code=1
counters=$(grep -o '<Counters [^>]*>' "$results/tests.trx")
count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters"; }
total=$(count total) passed=$(count passed) failed=$(count failed)
echo "$passed passed, $failed failed, $((total - passed - failed)) skipped"
exit "$code"
