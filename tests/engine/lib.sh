# shellcheck shell=bash
# Sourced by the scripts beside it, by tests/run and by examples/quickstart/run; not run by itself.
#
# The cache outlives engines: downloads and image tars, safe to delete at any time.
# The state dir holds the engines that exist now, one folder each.
cache=${RCOMPOSE_ENGINE_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/rcompose-engine}
state=${RCOMPOSE_ENGINE_STATE:-/var/lib/rcompose-engine}
said_by=${said_by:-$(basename "$0")}

say() { echo "$said_by: $*" >&2; }
die() { say "$*"; exit 1; }

# ask SOCKET PATH: one request to an engine; fails when nothing answers there in time.
ask() { curl -sf --max-time 5 --unix-socket "$1" "http://engine$2"; }

# answers HOST: is there an engine at unix:///path or tcp://host:port?
answers() {
  case $1 in
    unix://*)
      [ -S "${1#unix://}" ] || return 1
      # A socket is there, and nothing to ask it with.
      command -v curl >/dev/null || packages curl || return 1
      ask "${1#unix://}" /_ping >/dev/null ;;
    *) DOCKER_HOST=$1 timeout 10 docker version >/dev/null 2>&1 ;;
  esac
}

# packages NAME...: what apt has to install first is installed; silent when nothing is missing.
packages() {
  local missing=() name
  for name; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q '^install ok installed' || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || die "these Debian packages are missing, and only root can install them: ${missing[*]}"
  command -v apt-get >/dev/null || die "these Debian packages are missing, and there is no apt-get: ${missing[*]}"
  say "installing ${missing[*]}"
  (
    log=$(mktemp) policy=/usr/sbin/policy-rc.d ours=
    trap 'rm -f "$log" ${ours:+"$policy"}' EXIT
    # Without systemd a package's start script would start a second engine behind our back.
    if grep -qs 'made by rcompose' $policy || { [ ! -d /run/systemd/system ] && [ ! -e $policy ]; }; then
      ours=1; printf '#!/bin/sh\n# made by rcompose while it installs packages\nexit 101\n' >$policy; chmod 755 $policy
    fi
    export DEBIAN_FRONTEND=noninteractive
    install=(apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "${missing[@]}")
    # What a killed installation left is completed first.
    { dpkg --configure -a && { "${install[@]}" || { apt-get update && "${install[@]}"; }; }; } >"$log" 2>&1 </dev/null ||
      { tail -15 "$log" >&2; exit 1; }
  )
}

# What an engine needs to be started, and images to be made.
engine_packages() {
  # A docker command or engine that did not come from Debian's packages serves as well.
  local names=(busybox-static mmdebstrap curl iproute2 iptables ca-certificates)
  command -v dockerd >/dev/null && command -v docker >/dev/null || names+=(docker.io)
  packages "${names[@]}"
}

# The mirror that this machine's own apt uses.
mirror() {
  awk '/^URIs:/{print $2; exit}' /etc/apt/sources.list.d/debian.sources 2>/dev/null | grep . ||
    awk '$1=="deb"{for(i=2;i<=NF;i++) if($i~/^http/){print $i; exit}}' /etc/apt/sources.list 2>/dev/null | grep . ||
    { say "no Debian mirror is named in /etc/apt"; return 1; }
}

# suite_apt SUITE apt-command...: apt over another Debian suite with lists of its own, so that the
# machine's apt never sees that suite. An empty dpkg status keeps apt from mixing in what is installed.
suite_apt() {
  local suite=$1 dir=$cache/apt-$1 from; shift
  local program=$1; shift
  from=$(mirror) || return 1
  mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
  [ -e "$dir/status" ] || : >"$dir/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $from $suite main" >"$dir/sources.list"
  "$program" -q -o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts=- \
    -o Dir::State::Lists="$dir/lists" -o Dir::Cache="$dir/cache" \
    -o Dir::State::status="$dir/status" -o APT::Sandbox::User=root \
    -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false "$@"
}

# suite_unpack SUITE DIR PACKAGE...: the packages of SUITE, unpacked into DIR, none installed.
# DIR appears only when complete: a killed run leaves DIR.part.
suite_unpack() {
  local suite=$1 dir=$2 deb; shift 2
  [ -d "$dir" ] && return 0
  rm -rf "$dir.part"; mkdir -p "$dir.part/deb"
  # An old list names packages that the mirror has dropped since; so update when a download fails.
  (cd "$dir.part/deb" && suite_apt "$suite" apt-get download "$@" >/dev/null 2>&1) ||
    { suite_apt "$suite" apt-get update >/dev/null 2>&1 &&
      (cd "$dir.part/deb" && suite_apt "$suite" apt-get download "$@" >&2); } ||
    { say "cannot download from Debian's $suite: $*"; rm -rf "$dir.part"; return 1; }
  for deb in "$dir.part"/deb/*.deb; do dpkg -x "$deb" "$dir.part" || return 1; done
  rm -r "$dir.part/deb"; mv "$dir.part" "$dir"
}

# engine_pid NAME: the pid of NAME's dockerd, if it is alive and really that one (the pid file of a
# killed engine may name somebody else's process by now).
engine_pid() {
  local dir=$state/$1 pid
  pid=$(cat "$dir/dockerd.pid" 2>/dev/null) || return 1
  { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qF -- "--config-file=$dir/" && echo "$pid"
}

# sweep NAME: ends what an engine that was killed leaves behind: containers (found by their ids'
# cgroups), shims and containerd (by this engine's own path in their arguments), mounts, sockets, pid
# files. Touches nothing that belongs to another engine.
sweep() {
  local dir=$state/$1 id pid process mounted
  [ -n "$1" ] && [ -d "$dir" ] || return 0
  for process in /proc/[0-9]*; do
    [ "$process" = "/proc/$$" ] && continue
    case $( { tr '\0' ' ' <"$process/cmdline"; } 2>/dev/null) in
      *containerd*"$dir/"*|*dockerd*"$dir/"*) kill -9 "${process#/proc/}" 2>/dev/null ;;
    esac
  done
  for id in "$dir"/data/containers/*; do
    id=${id##*/}
    [ ${#id} = 64 ] || continue
    for pid in $(cat /sys/fs/cgroup/docker/"$id"/cgroup.procs /sys/fs/cgroup/*/docker/"$id"/cgroup.procs \
      /sys/fs/cgroup/system.slice/docker-"$id".scope/cgroup.procs 2>/dev/null | sort -u); do
      kill -9 "$pid" 2>/dev/null
    done
  done
  # Deepest first; -l because an orphan may still hold one.
  awk -v d="$dir/" 'index($5,d)==1{print $5}' /proc/self/mountinfo | sort -r |
    while read -r mounted; do umount -l "$mounted" 2>/dev/null; done
  rm -rf "$dir/exec" "$dir/containerd/state" "$dir"/*.pid "$dir"/*.sock
  return 0
}

# The rules that let an engine's networks out: `rules add NET` and `rules delete NET`.
rules() {
  local change=$1 net=$2 rule
  command -v iptables >/dev/null || return 0
  # An ordinary engine on this machine sets FORWARD to DROP; then ours must be let through by name.
  for rule in "nat POSTROUTING -s $net ! -d $net -j MASQUERADE" "filter FORWARD -s $net -j ACCEPT" "filter FORWARD -d $net -j ACCEPT"; do
    # shellcheck disable=SC2086
    set -- $rule
    local table=$1 chain=$2; shift 2
    if [ "$change" = add ]; then
      iptables -t "$table" -C "$chain" "$@" 2>/dev/null || iptables -t "$table" -I "$chain" "$@" 2>/dev/null ||
        say "iptables refused a rule: containers of this engine may not reach the outside"
    else
      while iptables -t "$table" -D "$chain" "$@" 2>/dev/null; do :; done
    fi
  done
}

# need_engine: DOCKER_HOST must name an engine that answers.
need_engine() {
  [ -n "${DOCKER_HOST:-}" ] || die "set DOCKER_HOST (engine/start prints it)"
  answers "$DOCKER_HOST" || die "no engine answers at $DOCKER_HOST"
}

# busybox_tar: the path of a tar with a root file system of busybox alone.
busybox_tar() {
  local tar=$cache/busybox-root.tar tree binary applet
  [ -s "$tar" ] && { echo "$tar"; return; }
  binary=$(command -v busybox) && ! ldd "$binary" >/dev/null 2>&1 || die "no static busybox: apt-get install busybox-static"
  mkdir -p "$cache"; tree=$(mktemp -d)
  mkdir -p "$tree"/{bin,dev,etc,home,proc,root,sys,tmp,usr/{bin,sbin},sbin,var/{spool,www}}
  chmod 1777 "$tree/tmp"; chmod 755 "$tree"
  cp "$binary" "$tree/bin/busybox"
  for applet in $("$binary" --list); do [ -e "$tree/bin/$applet" ] || ln "$tree/bin/busybox" "$tree/bin/$applet"; done
  ln -s ../../bin/env "$tree/usr/bin/env"
  printf 'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\nwww-data:x:33:33:www-data:/var/www:/bin/false\nnobody:x:65534:65534:nobody:/home:/bin/false\n' >"$tree/etc/passwd"
  printf 'root:x:0:\ndaemon:x:1:\nwww-data:x:33:\nnobody:x:65534:\n' >"$tree/etc/group"
  tar -C "$tree" --numeric-owner --owner=0 --group=0 -cf "$tar.part.$$" . && mv "$tar.part.$$" "$tar"
  rm -rf "$tree"; echo "$tar"
}
