# The cloud is one process tree: all of it lives in one PID namespace, and ends with that namespace's first process.
# What Neutron's agents detach from themselves (dnsmasq, privileged helpers) cannot outlive it either.

# Field 22 of /proc/PID/stat, start time: a PID with another start time is another process. The name, field 2, may hold spaces.
# A zombie has ended, though nobody has asked for its exit code yet.
started_at() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  set -- ${stat##*) }
  [ "$1" != Z ] || return 1
  echo "${20}"
}
alive() { # NAME
  local pid start
  read -r pid start 2>/dev/null <"$RUN/$1.pid" || return 1
  [ "$(started_at "$pid")" = "$start" ]
}
record() { # NAME PID
  local start
  start=$(started_at "$2") || return 1
  echo "$2 $start" >"$RUN/$1.pid"
}
pid_of() { cut -d' ' -f1 "$RUN/$1.pid"; }

# No proxies, no Python of the user's, no CA overrides. 9 is the lock of up.sh: a service must not hold it.
in_clean_environment() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$STATE" LANG=C.UTF-8 LC_ALL=C.UTF-8 "$@"
}
start_tree() {
  alive tree && return 0
  # Mounts stay shared with the machine, so that the namespaces the agents make are seen outside; /proc is the tree's own.
  ( exec env -i PATH="$PATH" setsid unshare --pid --fork --kill-child --mount --propagation unchanged sh -c '
      mount --make-private /proc && mount -t proc proc /proc && exec perl -e "\$SIG{CHLD} = q(IGNORE); sleep while 1"' \
      </dev/null >>"$LOG/tree.out" 2>&1 9>&- ) &
  local outer=$! first tries
  for ((tries = 0; tries < 100; tries++)); do
    first=$(pgrep -P "$outer" -x perl) && break
    sleep 0.05
  done
  [ -n "$first" ] || die "no PID namespace, see $LOG/tree.out"
  record tree "$first"
}
in_tree() { nsenter --target "$(pid_of tree)" --pid --mount -- "$@"; }
start() { # NAME COMMAND...: once; the recorded process waits for the service and ends with it
  local name=$1
  shift
  alive "$name" && return 0
  ( exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$STATE" LANG=C.UTF-8 LC_ALL=C.UTF-8 \
      setsid nsenter --target "$(pid_of tree)" --pid --mount -- "$@" </dev/null >>"$LOG/$name.out" 2>&1 9>&- ) &
  record "$name" $! || die "$name did not start, see $LOG/$name.out"
}
end_gently() { # NAME SECONDS
  local service tries
  alive "$1" || return 0
  service=$(pgrep -P "$(pid_of "$1")") || return 0
  kill -TERM $service 2>/dev/null || return 0
  for ((tries = 0; tries < $2 * 10; tries++)); do
    alive "$1" || return 0
    sleep 0.1
  done
}
end_tree() {
  alive tree || return 0
  local first tries
  first=$(pid_of tree)
  kill -KILL "$first"
  # The kernel ends all the others before the first one is gone.
  for ((tries = 0; tries < 300; tries++)); do
    alive tree || return 0
    sleep 0.1
  done
  die "process $first does not end"
}
wait_for() { # SECONDS WHAT NAME COMMAND...: gives up at once when the process NAME has ended
  local seconds=$1 what=$2 name=$3 end
  shift 3
  end=$((SECONDS + seconds))
  while ((SECONDS < end)); do
    "$@" >/dev/null 2>&1 && return 0
    alive "$name" || { tail -n 15 "$LOG/$name.out" >&2; die "$what: $name has ended, see $LOG"; }
    sleep 0.25
  done
  die "$what did not answer within $seconds s, see $LOG"
}
once() { # NAME COMMAND...: unless it has succeeded before
  local name=$1
  shift
  [ -e "$STATE/done/$name" ] && return 0
  mkdir -p "$STATE/done"
  "$@" >>"$LOG/once-$name.log" 2>&1 9>&- || { tail -n 15 "$LOG/once-$name.log" >&2; die "$name failed, see $LOG/once-$name.log"; }
  touch "$STATE/done/$name"
}
