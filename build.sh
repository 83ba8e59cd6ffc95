#!/usr/bin/env bash
# Publishes the three programs with NativeAOT into bin/.
set -eu
cd "$(dirname "$0")"
case $(uname -m) in aarch64) rid=linux-arm64 ;; *) rid=linux-x64 ;; esac
for project in Daemon PostProcessAdmin Control; do
    dotnet publish "$project" -c Release -r "$rid" -o bin -v quiet -nologo -p:DebugType=none -p:StripSymbols=true
done
rm -f bin/*.dbg bin/*.xml bin/*.json
echo "bin/: autoreduction-ctl autoreduction-processor post-process-admin"
