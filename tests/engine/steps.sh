# shellcheck shell=bash
# Sourced by tests/run: counts, steps, and the clearing up that follows however a run ends.

passed=0 failed=0 skipped=0
child=           # the process group of the step that runs now
beside=          # the process group of what runs beside the steps
mine=()          # the engines that this run has started

note() { echo "$said_by: $*"; }

# begin: a place for logs, a place for temporary files, and the promise to clear up.
begin() {
  # What root runs can put a file in its place, and then every program that reads from it reads that file.
  if [ ! -c /dev/null ] && [ "$(id -u)" = 0 ]; then
    note "/dev/null is no device: making it one again"
    rm -f /dev/null && mknod -m 666 /dev/null c 1 3 || exit 1
  fi
  logs=$target/tests
  rm -rf "$logs"; mkdir -p "$logs" "$RCOMPOSE_ENGINE_STATE"
  skips=$logs/skipped; : >"$skips"
  work=${TMPDIR:-/tmp}/rcompose-tests-$$
  sweep_lost
  mkdir "$work" || exit 1
  export TMPDIR=$work RCOMPOSE_SKIP_LOG=$skips
  scratch=; [ -e /tmp/rcompose-corpus ] || scratch=/tmp/rcompose-corpus
  started=$SECONDS
  trap clear_up EXIT
  trap 'interrupted=130; exit 130' INT
  trap 'interrupted=143; exit 143' TERM HUP
  # Job control gives each step a process group of its own, so that a signal ends all of it.
  set -m
}

# What a killed run left: engines and folders whose tests/run is gone.
sweep_lost() {
  local dir name pid
  for dir in "$RCOMPOSE_ENGINE_STATE"/test-* "${work%-*}"-*; do
    [ -d "$dir" ] || continue
    name=${dir##*/}; pid=${name#test-}; pid=${pid#rcompose-tests-}; pid=${pid%%-*}
    { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -q tests/run && continue
    note "clearing $name, which a killed run left"
    case $name in
      test-*) tests/engine/stop "$name" --purge ;;
      *) rm -rf "$dir" ;;
    esac
  done
}

clear_up() {
  local code=$? name
  trap '' INT TERM HUP
  [ -z "${interrupted:-}" ] || echo "$said_by: interrupted; clearing up"
  if [ -n "$child" ]; then
    kill -TERM -- "-$child" 2>/dev/null
    sleep 0.5
    kill -KILL -- "-$child" 2>/dev/null
    wait "$child" 2>/dev/null
  fi
  [ -z "$beside" ] || kill -KILL -- "-$beside" 2>/dev/null
  [ -z "$given" ] || sweep_given
  for name in "${mine[@]}"; do tests/engine/stop "$name" --purge; done
  rmdir "$RCOMPOSE_ENGINE_STATE" 2>/dev/null || rm -f "$RCOMPOSE_ENGINE_STATE/lock" 2>/dev/null
  rm -rf "$work" ${scratch:+"$scratch"}
  exit "${interrupted:-$code}"
}

# On an engine that is not ours: what interrupted tests left, by the names of their projects (tPIDxN-name).
sweep_given() {
  local project pid
  export DOCKER_HOST=$given
  local format='{{.Label "com.docker.compose.project"}}'
  for project in $({ docker ps -a --format "$format"; docker network ls --format "$format"; docker volume ls --format "$format"; } 2>/dev/null |
    grep -E '^t[0-9]+x[0-9]+-' | sort -u); do
    pid=${project#t}; pid=${pid%%x*}
    [ -d "/proc/$pid" ] && continue
    local of=(-q --filter "label=com.docker.compose.project=$project")
    docker ps -a "${of[@]}" | xargs -r docker rm -fv >/dev/null
    docker network ls "${of[@]}" | xargs -r docker network rm >/dev/null
    docker volume ls "${of[@]}" | xargs -r docker volume rm -f >/dev/null
  done
  docker image rm rcompose-test-busybox:1 >/dev/null 2>&1
}

# launch LOG COMMAND...: runs it in a process group of its own; a signal to this script ends it.
launch() {
  local log=$1 code; shift
  "$@" >"$log" 2>&1 </dev/null &
  child=$!
  wait "$child"; code=$?
  child=
  return $code
}

result() { printf '%-6s %-18s %s\n' "$1" "$2" "$3"; }

# step NAME COMMAND...: one check.
step() {
  local name=$1 log=$logs/$1.log from=$SECONDS; shift
  if launch "$log" "$@"; then
    passed=$((passed + 1)); result ok "$name" "$((SECONDS - from)) s"
  else
    failed=$((failed + 1)); result FAILED "$name" "log: $log"; tail -30 "$log"
  fi
}

skip() { skipped=$((skipped + 1)); result skip "$1" "$2"; }

# start_beside COMMAND...: a run of `cargo test` that goes on beside the steps, until `end_beside NAME` counts it.
start_beside() {
  "$@" >"$logs/beside.log" 2>&1 </dev/null &
  beside=$!
}

end_beside() {
  local code=0
  [ -n "$beside" ] || return
  wait "$beside" || code=$?
  beside=
  tests "$1" sh -c "cat '$logs/beside.log'; exit $code"
}

# tests NAME COMMAND...: a run of `cargo test`, of which each test counts.
tests() {
  local name=$1 log=$logs/$1.log from=$SECONDS code=0 before good bad ignored away; shift
  before=$(wc -l <"$skips")
  launch "$log" "$@" || code=$?
  read -r good bad ignored < <(awk '/^test result: /{for(i=1;i<NF;i++){if($(i+1)=="passed;")p+=$i;if($(i+1)=="failed;")f+=$i;if($(i+1)=="ignored;")s+=$i}}
    END{print p+0, f+0, s+0}' "$log")
  away=$(($(wc -l <"$skips") - before))
  # It did not compile, or a test binary was ended before it could count.
  [ "$code" = 0 ] || [ "$bad" != 0 ] || bad=1
  passed=$((passed + good - away)); failed=$((failed + bad)); skipped=$((skipped + ignored + away))
  local counts="$((good - away)) passed, $bad failed, $((ignored + away)) skipped, $((SECONDS - from)) s"
  if [ "$bad" = 0 ]; then
    result ok "$name" "$counts"
  else
    result FAILED "$name" "$counts; log: $log"
    grep -E '^(error|test .*\.\.\. FAILED)' "$log" | sort -u | head -40
    [ "$good" != 0 ] || tail -20 "$log"
  fi
  [ "$away" = 0 ] || tail -n "$away" "$skips" | sed 's/^skipped: //' | sort | uniq | head -10 | sed 's/^/         skipped: /'
}

# start_engine NAME VERSION: a private engine of this run, to test on; skipped when it cannot be had.
# Its name and DOCKER_HOST are in $new_engine.
start_engine() {
  local name=test-$$-$1 answer
  new_engine=
  mine+=("$name")
  if answer=$(tests/engine/start "$2" "$name" 2>"$logs/engine-$1.log"); then
    new_engine="$1 ${answer#DOCKER_HOST=}"
    note "engine $1: $(DOCKER_HOST=${answer#DOCKER_HOST=} docker version --format '{{.Server.Version}}, API {{.Server.APIVersion}}')"
  else
    skip "engine-$1" "it cannot be started: $(tail -1 "$logs/engine-$1.log")"
  fi
}

engine_clients() { command -v docker >/dev/null && command -v busybox >/dev/null || engine_packages; }

# corpus: real files of real projects, each kind of comparison with what the peer made of them.
corpus() {
  local log=$logs/corpus.log from=$SECONDS good all line deliberate=()
  [ ! -f tests/corpus.deliberate ] || deliberate=(--deliberate tests/corpus.deliberate)
  launch "$log" ../shared/corpus/compare.py --tool "$target/debug/rcompose" "${deliberate[@]}"
  if ! grep -q ' agree ' "$log"; then
    failed=$((failed + 1)); result FAILED corpus "log: $log"; tail -5 "$log"; return
  fi
  while read -r line; do
    # `json-bytes` is told, and never fails.
    [[ $line == json-bytes* ]] && continue
    good=$(sed -E 's|^[a-z]+ +([0-9]+)/.*|\1|' <<<"$line"); all=$(sed -E 's|^[a-z]+ +[0-9]+/([0-9]+) .*|\1|' <<<"$line")
    [[ $line == *deliberate ]] && good=$((good + $(sed -E 's|.*, ([0-9]+) deliberate|\1|' <<<"$line")))
    passed=$((passed + good)); failed=$((failed + all - good))
    [ "$good" = "$all" ] && result ok "corpus-${line%% *}" "$good of $all agree" || result FAILED "corpus-${line%% *}" "$good of $all agree; log: $log"
  done < <(grep ' agree ' "$log")
  note "corpus: $((SECONDS - from)) s"
}

# quickstart NAME HOST: the example as a user runs it, on an engine of its own project name.
quickstart() {
  local name=quickstart-$1 log=$logs/quickstart-$1.log from=$SECONDS port
  export DOCKER_HOST=$2 COMPOSE_PROJECT_NAME=quickstart$$ RCOMPOSE=$target/debug/rcompose
  for port in $(seq 18080 18179); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break; done
  export QUICKSTART_PORT=$port
  items() { curl -fsS --noproxy '*' --max-time 10 "http://127.0.0.1:$port/items"; }
  ids() { docker ps -q --no-trunc --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" | sort; }
  all_gone() {
    [ -z "$(docker ps -aq --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME")" ] &&
      [ -z "$(docker network ls -q --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME")" ] &&
      [ -z "$(docker volume ls -q --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME")" ]
  }
  claims() {
    set -x
    examples/quickstart/run || return 1
    items | grep -q apples || return 2
    curl -fsS --noproxy '*' -d 'name=tea&cents=250' "http://127.0.0.1:$port/items" || return 3
    local before; before=$(ids)
    examples/quickstart/run up && [ "$before" = "$(ids)" ] || return 4
    examples/quickstart/run down && [ -z "$(ids)" ] || return 5
    examples/quickstart/run && items | grep -q tea || return 6
    examples/quickstart/run down -v && all_gone || return 7
    examples/quickstart/run && items | grep -q apples && ! items | grep -q tea || return 8
  }
  local what=("" "comes up" "shows what the database holds" "takes an item" "changes nothing when run again" "goes down"
    "has its data after down and up" "leaves nothing after down -v" "begins anew after down -v") code=0 at
  launch "$log" claims || code=$?
  [ $code -le 8 ] || code=1
  for at in $(seq 1 $((code == 0 ? 8 : code - 1))); do passed=$((passed + 1)); done
  if [ $code = 0 ]; then
    result ok "$name" "8 claims, $((SECONDS - from)) s"
  else
    failed=$((failed + 1)); result FAILED "$name" "the stack ${what[$code]}: not so; log: $log"; tail -30 "$log"
  fi
  launch "$log.down" examples/quickstart/run down -v --rmi local
  unset DOCKER_HOST COMPOSE_PROJECT_NAME RCOMPOSE QUICKSTART_PORT
}

finish() {
  note "logs: $logs; $((SECONDS - started)) s"
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]; exit
}
