#!/bin/bash
# Ends what up.sh started and removes what it wrote: one process tree, its namespaces, its directory. Debian packages stay.
#   down.sh --keep   leaves the directory, so that the next up.sh is quick
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in settings processes packages node; do . "$HERE/parts/$part.sh"; done

allow_service_starts
[ -d "$STATE" ] || exit 0
exec 9>"$STATE/lock"
flock -n 9 || die "another up.sh or down.sh is at work on $STATE"
if [ "${1:-}" = --keep ]; then
  end_gently mariadb 20
  end_gently rabbit 20
fi
end_tree
remove_namespaces
rm -f "$RUN"/*.pid
[ "${1:-}" = --keep ] || rm -rf --one-file-system "$STATE"
