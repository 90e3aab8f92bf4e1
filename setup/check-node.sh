#!/bin/sh
# Checks that the Node in node_modules is one that setup/node-hashes.txt lists. package-lock.json does not: the package `node`
# fetches the binary by a script of its own. Exits 0 where there is no binary yet, 1 with the reason where it is another one.
#
# A hash of 120 MB takes a quarter of a second, so what was checked is remembered by the file's place, size and time of
# change, which the kernel sets at every change of its content (ctime in inode(7)). Who can write the mark can write Wayout's
# sources as well.
here=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd)
modules="$here/node_modules"
node="$modules/node/bin/node"
mark="$modules/.node-checked"
[ -e "$node" ] || exit 0

# GNU and busybox, then BSD and macOS. -L: the file itself, should it be a link.
is=$(stat -L -c '%d %i %s %z' "$node" 2>/dev/null || stat -L -f '%d %i %z %Fc' "$node" 2>/dev/null)
[ -f "$mark" ] && read -r was <"$mark" && [ -n "$is" ] && [ "$is" = "$was" ] && exit 0

hash=$(sha256sum -- "$node" 2>/dev/null || shasum -a 256 -- "$node" 2>/dev/null || openssl dgst -sha256 -r -- "$node" 2>/dev/null)
hash=${hash%% *}
listed=
while read -r version platform wanted; do
  case $version in '#'* | '') continue ;; esac
  listed="$listed $version ($platform)"
  if [ -n "$hash" ] && [ "$hash" = "$wanted" ]; then
    # Changed while it was read: the next command looks again.
    now=$(stat -L -c '%d %i %s %z' "$node" 2>/dev/null || stat -L -f '%d %i %z %Fc' "$node" 2>/dev/null)
    if [ "$now" = "$is" ]; then
      { echo "$is" >"$mark.$$" && mv -f "$mark.$$" "$mark"; } 2>/dev/null || rm -f "$mark.$$" 2>/dev/null
    fi
    exit 0
  fi
done <"$here/setup/node-hashes.txt"
echo "wayout: $node is not the Node that this version of Wayout was tested with, so it was not run
  sha256: ${hash:-cannot be computed: there is neither sha256sum, shasum nor openssl}
  listed in setup/node-hashes.txt:${listed:- nothing}
  hint: Remove node_modules and run \`npm ci\` in $here. If it stays, the npm registry or something on the way to it
        hands out another file: do not run it. For another platform or a newer Node, add its hash to the list." >&2
exit 1
