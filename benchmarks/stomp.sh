#!/usr/bin/env bash
# STOMP alone: our client beside stomp.py, against a peer that answers at once; parser and writer beside a plain copy.
#   benchmarks/stomp.sh [--frames | --clients]   one half only
# Raw figures: benchmarks/results/stomp.json
set -eu
cd "$(dirname "$0")"
../install.sh python3-stomp
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
mkdir -p results
dotnet build Stomp -c Release -v quiet -nologo >/dev/null
program=Stomp/bin/Release/net10.0/Autoreduction.StompBenchmarks
if [ "${1:-}" != --frames ]; then
    $program compare Stomp/stomp_py.py 5 results/stomp.json
fi
if [ "${1:-}" != --clients ]; then
    $program frames results | grep '^|'
fi
