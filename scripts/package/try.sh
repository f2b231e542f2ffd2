#!/usr/bin/env bash
# Runs the demo from a tarball in a root that holds a bare Debian and nothing else: no compiler, no Python, no network, not as root.
# usage: scripts/package/try.sh TARBALL ROOT [demo arguments]      (default: short)
#   ROOT  of a distribution; made with debootstrap (bookworm) if it is not there
# needs: root (chroot, unshare), debootstrap, zstd
set -euo pipefail
tarball=$(realpath "${1:?usage: scripts/package/try.sh TARBALL ROOT [demo arguments]}") root=$(realpath -m "${2:?usage: scripts/package/try.sh TARBALL ROOT}")
shift 2
(($#)) || set -- short
if [[ ! -e "$root/bin/bash" ]]; then
  debootstrap --variant=minbase bookworm "$root" >/dev/null
fi
home="$root/home/user"
rm -rf "$home" && mkdir -p "$home" && chown 65534:65534 "$home"

inside() { # as nobody, without network, with /proc of its own
  unshare --net --pid --fork --mount bash -c 'mount -t proc proc "$0/proc" && exec chroot --userspec=65534:65534 "$0" /usr/bin/env -i HOME=/home/user \
    PATH=/usr/bin:/bin TERM=dumb /bin/bash -c "cd && $1"' "$root" "$1"
}
for tool in gcc cc python3 ffmpeg cmake; do
  if inside "command -v $tool" >/dev/null; then echo "try.sh: note: this root has $tool" >&2; fi
done
began=$SECONDS
zstd -dcq "$tarball" | inside "tar -xf -"
name=$(basename "$tarball" .tar.zst)
echo "unpacked in $((SECONDS - began)) s: $(du -sh "$home" | cut -f1)"
inside "$name/bin/vrlt-train --version && $name/share/vrlt/scripts/demo.sh $*"
echo "from the tarball to the table: $((SECONDS - began)) s on $(. "$root/etc/os-release" && echo "$PRETTY_NAME")"
