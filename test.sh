#!/usr/bin/env bash
# Builds without warnings, checks formatting and scripts, runs the tests. Ends with: N passed, N failed, N skipped.
#   ./test.sh                            what every commit must pass
#   ./test.sh --full                     that, and what takes long or needs more packages: browser, package, systemd
#   ./test.sh --faults                   every fault experiment, the long ones too
#   ./test.sh --soak MINUTES [--seed N]  random faults for that long; prints the seed
set -eu
cd "$(dirname "$0")"
usage() { echo "usage: test.sh [--full | --faults | --soak MINUTES [--seed N]]" >&2; exit 2; }
filter='TestCategory!=Faults&TestCategory!=Full&TestCategory!=Soak'
packages=(activemq python3 python3-h5py python3-numpy python3-matplotlib python3-jsonschema strace shellcheck groff-base
    libjolokia-core-java libjetty9-java)
# What tests tell of their progress, such as a seed, is shown from "normal" on; so are all their names.
verbosity=minimal
case ${1:-} in
    "") ;;
    --full) filter='TestCategory!=Faults&TestCategory!=Soak'
        packages+=(podman runc systemd systemd-container lintian mmdebstrap zsh prometheus chromium fonts-dejavu-core) ;;
    --faults) verbosity=normal filter='(FullyQualifiedName~Autoreduction.Tests.Faults|TestCategory=Faults)&TestCategory!=Soak' ;;
    --soak)
        verbosity=normal filter='TestCategory=Soak'
        export AUTOREDUCTION_SOAK_MINUTES=${2:?minutes are missing}
        case ${3:-} in "") ;; --seed) export AUTOREDUCTION_SOAK_SEED=${4:?seed is missing} ;; *) usage ;; esac ;;
    *) usage ;;
esac
./install.sh "${packages[@]}"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build AutoreductionDaemon.sln -v quiet -nologo
dotnet format AutoreductionDaemon.sln --verify-no-changes --no-restore
shellcheck ./*.sh benchmarks/*.sh packaging/*.sh packaging/debian/p* packaging/completion/*.bash examples/activemq/run-broker.sh .ci/run
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
code=0
dotnet test tests --no-build -nologo --filter "$filter" --results-directory "$results" \
    --logger "trx;LogFileName=tests.trx" --logger "console;verbosity=$verbosity" || code=$?
/usr/bin/python3 -B -m unittest discover -s examples || code=1
counters=$(grep -o '<Counters [^>]*>' "$results/tests.trx")
count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters"; }
total=$(count total) passed=$(count passed) failed=$(count failed)
[ "$total" -gt 0 ] || { echo "no test was run" >&2; code=1; }
echo "$passed passed, $failed failed, $((total - passed - failed)) skipped"
exit "$code"
