#!/usr/bin/env bash
# Measures the whole system beside its peers, prints one table, and keeps the raw figures in benchmarks/results/.
#   benchmarks/run.sh [--soak] [ROW …]      rows: one-run many-runs spawn children idle ctl endurance
# Talks to loopback only, and stops what it starts. For figures that mean something let nothing else run.
set -eu
cd "$(dirname "$0")/.."
./install.sh activemq python3 python3-stomp gcc libc6-dev clang zlib1g-dev
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
./build.sh >&2
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
for peer in spawn_loop smallest_child quick_admin; do
    gcc -O2 -Wall -Werror -o "$tools/$peer" "benchmarks/EndToEnd/peers/$peer.c"
done
dotnet build benchmarks/EndToEnd -c Release -v quiet -nologo >&2
mkdir -p benchmarks/results
BENCHMARK_TOOLS=$tools AUTOREDUCTION_CHECKOUT=$PWD BENCHMARK_JSON=benchmarks/results/$(date +%Y-%m-%dT%H%M%S).json \
    dotnet benchmarks/EndToEnd/bin/Release/net10.0/EndToEnd.dll "$@"
