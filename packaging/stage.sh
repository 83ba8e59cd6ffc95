#!/usr/bin/env bash
# stage.sh ROOT: lays all files of an installation out below ROOT, as they are below / of a machine.
set -eu
root=${1:?usage: stage.sh ROOT}
here=$(cd "$(dirname "$0")" && pwd)
source=$(dirname "$here")
lib=$root/usr/lib/autoreduction doc=$root/usr/share/doc/autoreduction
"$source/build.sh" --if-older

install -d "$lib" "$root/usr/bin" "$doc"
for program in autoreduction-ctl autoreduction-processor post-process-admin; do
    install -m 755 "$source/bin/$program" "$lib/$program"
done
install -m 644 "$source/bin/libMonoPosixHelper.so" "$lib/"
ln -s ../lib/autoreduction/autoreduction-ctl ../lib/autoreduction/post-process-admin "$root/usr/bin/"
install -D -m 644 "$here/autoreduction.toml" "$root/etc/autoreduction/autoreduction.toml"
for unit in autoreduction.service autoreduction-forking.service; do
    install -D -m 644 "$here/systemd/$unit" "$root/usr/lib/systemd/system/$unit"
done
install -D -m 644 "$here/systemd/autoreduction.sysusers.conf" "$root/usr/lib/sysusers.d/autoreduction.conf"
install -D -m 644 "$here/systemd/autoreduction.tmpfiles.conf" "$root/usr/lib/tmpfiles.d/autoreduction.conf"
install -D -m 644 "$here/completion/autoreduction.bash" "$root/usr/share/bash-completion/completions/autoreduction-ctl"
ln -s autoreduction-ctl "$root/usr/share/bash-completion/completions/post-process-admin"
install -D -m 644 "$here/completion/_autoreduction" "$root/usr/share/zsh/vendor-completions/_autoreduction"
for page in "$here"/man/*.[58]; do
    target=$root/usr/share/man/man${page##*.}/$(basename "$page").gz
    install -d "$(dirname "$target")"
    gzip -9n <"$page" >"$target"
    chmod 644 "$target"
done
install -m 644 "$source/README.md" "$source/pidfiles.md" "$source/DECISIONS.md" "$source/CONTRIBUTING.md" "$here/copyright" "$doc/"
gzip -9n <"$source/CHANGELOG.md" >"$doc/CHANGELOG.md.gz"
cp -r "$source/docs" "$doc/docs"
git -C "$source" archive --prefix=examples/ HEAD:examples 2>/dev/null | tar -x -C "$doc" --no-same-owner || cp -r "$source/examples" "$doc/examples"
find "$doc" -name __pycache__ -prune -exec rm -r {} +
chmod -R u=rwX,go=rX "$doc"
