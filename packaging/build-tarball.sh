#!/usr/bin/env bash
# build-tarball.sh [VERSION]: what the Debian package has, as an archive to be unpacked at /, for other distributions.
# Ends with the archive's path, in packaging/out/. Needs no root.
set -eu
cd "$(dirname "$0")"
version=${1:-$(./version.sh)}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
./stage.sh "$root"
mkdir -p out
archive=$PWD/out/autoreduction-$version-linux-$(uname -m).tar.gz
tar -C "$root" --owner=0 --group=0 --sort=name -czf "$archive" etc usr
echo "$archive"
