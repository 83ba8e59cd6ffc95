#!/usr/bin/env bash
# Measures the STOMP client alone, prints one table, and keeps the raw figures in benchmarks/results/.
#   benchmarks/stomp.sh [frames] [peer] [activemq]
# frames: parser and writer beside a plain copy. peer: client beside stomp.py, against a far side that answers at once.
# activemq: client beside a raw socket and stomp.py, against a private ActiveMQ.
# Talks to loopback only, and stops what it starts. For figures that mean something let nothing else run.
set -eu
cd "$(dirname "$0")/.."
./install.sh activemq python3-stomp
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build benchmarks/Stomp -c Release -v quiet -nologo >&2
mkdir -p benchmarks/results
benchmarks/Stomp/bin/Release/net10.0/Autoreduction.StompBenchmarks compare benchmarks/Stomp/stomp_py.py \
    "benchmarks/results/stomp-$(date +%Y-%m-%dT%H%M%S).json" "$@"
