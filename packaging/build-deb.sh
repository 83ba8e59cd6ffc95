#!/usr/bin/env bash
# build-deb.sh [VERSION]: the Debian package, by default of the programs' own version. Ends with its path, in packaging/out/.
# Needs no root.
set -eu
cd "$(dirname "$0")"
version=${1:-$(./version.sh)}
architecture=$(dpkg --print-architecture)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
./stage.sh "$root"
install -d "$root/DEBIAN"
install -m 755 debian/postinst debian/prerm debian/postrm "$root/DEBIAN/"
echo /etc/autoreduction/autoreduction.toml >"$root/DEBIAN/conffiles"
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" \
    -e "s/@SIZE@/$(du -k -s --exclude=DEBIAN "$root" | cut -f1)/" debian/control >"$root/DEBIAN/control"
install -D -m 644 debian/lintian-overrides "$root/usr/share/lintian/overrides/autoreduction"
gzip -9n >"$root/usr/share/doc/autoreduction/changelog.gz" <<TEXT
autoreduction ($version) stable; urgency=medium

  * What changed is told by CHANGELOG.md.gz.

 -- $(sed -n 's/^Maintainer: //p' debian/control)  $(date -R --date="@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}")
TEXT
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
mkdir -p out
package=$PWD/out/autoreduction_${version}_$architecture.deb
dpkg-deb --root-owner-group --build "$root" "$package" >/dev/null
echo "$package"
