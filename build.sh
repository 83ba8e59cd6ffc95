#!/usr/bin/env bash
# Publishes the three programs with NativeAOT into bin/.
#   ./build.sh              always
#   ./build.sh --if-older   only where a source is newer than what is there
set -eu
cd "$(dirname "$0")"
if [ "${1:-}" = --if-older ] && [ -x bin/autoreduction-ctl ] && [ -z "$(find Directory.*.props Contract Control Daemon Posix PostProcessAdmin Stomp \
    -newer bin/autoreduction-ctl \( -name '*.cs' -o -name '*.py' -o -name '*.html' -o -name '*.csproj' -o -name '*.props' \) -not -path '*/obj/*' -print -quit)" ]; then
    exit 0
fi
echo "building (NativeAOT, about two minutes the first time)"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
case $(uname -m) in aarch64) rid=linux-arm64 ;; *) rid=linux-x64 ;; esac
number=0
# ctl last: --if-older looks at it.
for project in Daemon PostProcessAdmin Control; do
    number=$((number + 1))
    echo "compiling $project ($number of 3)"
    dotnet publish "$project" -c Release -r "$rid" -o bin -v quiet -nologo -p:DebugType=none -p:StripSymbols=true
done
rm -f bin/*.dbg bin/*.xml bin/*.json
touch bin/autoreduction-ctl
echo "bin/: autoreduction-ctl autoreduction-processor post-process-admin"
