#!/usr/bin/env bash
# A whole cluster as processes on loopback: PostgreSQL, silos, gateways, HAProxy. See docs/getting-started.md, "A cluster on this machine".
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: deploy/local/cluster.sh up SILOS GATEWAYS [--mtls]   start a cluster and wait until it serves; with --mtls its processes show each other certificates
       deploy/local/cluster.sh status [--json]     of each process: role, name, pid, whether it runs, was stopped or killed, whether it is ready; the silos that are members
       deploy/local/cluster.sh stop NAME           stop in order (SIGTERM), and leave it stopped
       deploy/local/cluster.sh kill NAME           kill -9, and leave it dead
       deploy/local/cluster.sh start NAME          start what was stopped or killed
       deploy/local/cluster.sh logs NAME           what it wrote
       deploy/local/cluster.sh down [--wipe]       stop everything; with --wipe forget its data as well
NAME is postgres, balancer, silo-1, gateway-1 and so on. What ends by itself is started again. An `up` that fails ends what it has started.
environment: COMMANDBROKER_DATA   where its state is kept (default: data/ of this repository)
             COMMANDBROKER_PORT   the balancer's port (default: 8080, or a free one)
             COMMANDBROKER_SILO_DLL  the program (default: the newest build of silo/)
             BALANCER_MAX_PER_ADDRESS, BALANCER_MAX_BODIES, BALANCER_LOG  as in deploy/haproxy.cfg (default: 1000000, as all agents have one address here; 32; stdout)
             COMMANDBROKER_START_SECONDS  how long each process may take until it is ready (default: 120)
             settings of the broker, as Queue__VisibilityTimeout, are handed to every silo and gateway
TEXT
}

root=$(CDPATH='' cd "$(dirname "$0")/../.." && pwd)
self=$root/deploy/local/cluster.sh
# Its processes have directories of their own.
absolute() { case $1 in /*) echo "$1" ;; *) echo "$PWD/$1" ;; esac; }
data=$(absolute "${COMMANDBROKER_DATA:-$root/data}")
export COMMANDBROKER_DATA=$data
if [ -n "${COMMANDBROKER_SILO_DLL:-}" ]; then COMMANDBROKER_SILO_DLL=$(absolute "$COMMANDBROKER_SILO_DLL"); fi
state=$data/cluster
topology=$state/topology
credentials=$data/dev-credentials.json
start_seconds=${COMMANDBROKER_START_SECONDS:-120}

fail() { echo "cluster.sh: $*" >&2; exit 1; }

# --- topology: one line a process: role name port port port -----------------------------------------------------------------------

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Below the range the system hands out to outgoing connections, so that none of those takes a port while its process is down.
next_port=$((20000 + RANDOM % 10000))
free_port() {
  until port_is_free "$next_port"; do next_port=$((next_port + 1)); done
  port=$next_port
  next_port=$((next_port + 1))
}

line_of() { grep -E "^[a-z]+ $1 " "$topology" 2>/dev/null || fail "there is no $1; cluster.sh status says what there is."; }
names() { [ -f "$topology" ] && cut -d' ' -f2 "$topology" || true; }
# When a process began, in ticks since the machine did: after a reboot another may have the same number. The program's name may have blanks and brackets.
started() { local stat; stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0; stat=${stat##*) }; set -- $stat; echo "${20}"; }
note_pid() { started "$1" >"$2.started"; echo "$1" >"$2"; }
alive() {
  local pid; pid=$(cat "$1" 2>/dev/null) && kill -0 "$pid" 2>/dev/null || return 0
  [ -f "$1.started" ] && [ "$(cat "$1.started")" != "$(started "$pid")" ] || echo "$pid"
}
pid_of() { alive "$state/run/$1.pid"; }
supervisor_of() { alive "$state/run/$1.supervisor"; }

write_topology() {
  local silos=$1 gateways=$2 balancer=${COMMANDBROKER_PORT:-} i
  if [ -z "$balancer" ]; then
    if port_is_free 8080; then balancer=8080; else free_port; balancer=$port; fi
  fi
  port_is_free "$balancer" || fail "port $balancer is taken by another program; COMMANDBROKER_PORT names the port to serve on (default: 8080, or a free one when that is taken)."
  mkdir -p "$state/run" "$state/log"
  {
    free_port; echo "postgres postgres $port"
    for i in $(seq "$silos"); do
      free_port; local http=$port; free_port; local silo=$port; free_port
      echo "silo silo-$i $http $silo $port"
    done
    for i in $(seq "$gateways"); do free_port; echo "gateway gateway-$i $port"; done
    free_port; echo "balancer balancer $balancer $port"
  } >"$topology"
}

# --- secrets ----------------------------------------------------------------------------------------------------------------------

secret() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

# What an earlier release left is kept, and what it lacks is added.
write_secrets() {
  (umask 077; touch "$state/secrets")
  local name
  for name in database_password operator_token agent_token admin_password; do
    grep -q "^$name=" "$state/secrets" || echo "$name=$(secret)" >>"$state/secrets"
  done
  grep -q '^master_key=' "$state/secrets" || echo "master_key=$(head -c 32 /dev/urandom | base64)" >>"$state/secrets"
}

# As a file, since everybody on this machine sees a program's arguments.
operator_header() { printf 'X-Auth-Token: %s\n' "$operator_token"; }

# For SDKs: the one thing that only a broker can make. It lives in the database, so it is made once.
make_access_key() {
  [ -z "${access_key:-}" ] || return 0
  local endpoint=$1 user made
  user=$(curl -sf -m 10 -H @<(operator_header) "$endpoint/api/v1/users?name=operator" | member id || true)
  [ -n "$user" ] || fail "what answers on $endpoint does not know this cluster's operator: has another program taken the port? See cluster.sh logs balancer; cluster.sh down ends what was started."
  made=$(curl -sf -m 10 -H @<(operator_header) -H "Content-Type: application/json" -d "{\"user_id\": \"$user\"}" "$endpoint/api/v1/keys" || true)
  access_key=$(member access_key <<<"$made" || true)
  [ -n "$access_key" ] || fail "$endpoint made no access key for the operator: ${made:-no answer}; see cluster.sh logs gateway-1."
  secret_key=$(member secret_key <<<"$made")
  printf 'access_key=%s\nsecret_key=%s\n' "$access_key" "$secret_key" >>"$state/secrets"
}

member() { grep -oE "\"$1\": *\"[^\"]*\"" | head -1 | cut -d'"' -f4; }

write_certificates() {
  rm -rf "$state/certificates"
  [ "$1" = --mtls ] || return 0
  # shellcheck disable=SC2046
  "$root/deploy/make-certificates" "$state/certificates" $(grep -E '^(silo|gateway) ' "$topology" | cut -d' ' -f2) tool
}

# The command line finds the cluster as it finds a single broker. A broker's own file is put aside until the cluster is gone.
publish_credentials() {
  local endpoint=$1
  if [ -f "$credentials" ] && ! [ -f "$state/published" ]; then mv "$credentials" "$state/credentials.before"; fi
  # The default domain and project have the same ids in every broker.
  (umask 077; cat >"$credentials.new") <<JSON
{
  "endpoint": "$endpoint",
  "token": "$operator_token",
  "agent_token": "$agent_token",
  "access_key": "$access_key",
  "secret_key": "$secret_key",
  "domain_name": "default",
  "domain_id": "8f0c6a1d3b7e4c52a9d4e1f07b36c5a2",
  "project_id": "2d7b94e60c1f4f8fb35a7c9e84d10f63",
  "user": "admin",
  "password": "$admin_password"
}
JSON
  mv "$credentials.new" "$credentials"
  touch "$state/published"
}

withdraw_credentials() {
  [ -f "$state/published" ] || return 0
  rm -f "$credentials" "$state/published"
  if [ -f "$state/credentials.before" ]; then mv "$state/credentials.before" "$credentials"; fi
}

# --- the processes ----------------------------------------------------------------------------------------------------------------

postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 | grep . || dirname "$(command -v postgres)" 2>/dev/null; }

# PostgreSQL refuses to run as root.
ordinary() {
  cd /
  if [ "$(id -u)" = 0 ]; then exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"; else exec "$@"; fi
}

# Where its user cannot go, as below a home directory of mode 0700, its data lie in a directory of their own, and a link leads there.
place_postgres() {
  mkdir -p "$state/postgres"; chmod 700 "$state/postgres"
  [ "$(id -u)" = 0 ] || return 0
  chown postgres: "$state/postgres"
  if (ordinary test -w "$state/postgres"); then return 0; fi
  local elsewhere; elsewhere=$(mktemp -d /var/tmp/commandbroker-postgres.XXXXXXXX)
  chown postgres: "$elsewhere"
  rmdir "$state/postgres"
  ln -s "$elsewhere" "$state/postgres"
}

prepare_postgres() {
  local bin; bin=$(postgres_bin) || fail "no PostgreSQL is installed; install the package postgresql."
  [ -f "$state/postgres/PG_VERSION" ] && return
  if [ -L "$state/postgres" ]; then fail "the database in $(readlink "$state/postgres") is gone; cluster.sh down --wipe forgets the rest of that cluster."; fi
  place_postgres
  local password; password=$(mktemp /var/tmp/commandbroker-password.XXXXXXXX)
  echo "$database_password" >"$password"
  if [ "$(id -u)" = 0 ]; then chown postgres: "$password"; fi
  if ! (ordinary "$bin/initdb" -D "$(readlink -f "$state/postgres")" -U broker -A scram-sha-256 --pwfile="$password" -E UTF8 --locale=C --data-checksums --no-sync) \
      >"$state/log/initdb.log" 2>&1; then
    rm -f "$password"
    fail "PostgreSQL could not be set up in $(readlink -f "$state/postgres"); see $state/log/initdb.log."
  fi
  rm -f "$password"
}

# The socket is named from the directory that HAProxy runs in: a name with blanks would be several words, and one of 97 characters too long.
prepare_balancer() {
  { sed -e '/^    server /d' -e '/^resolvers /,/^$/d' -e 's|^global$|&\n    stats socket unix@balancer.sock mode 600 level admin|' "$root/deploy/haproxy.cfg"
    while read -r role name http _; do if [ "$role" = gateway ]; then echo "    server $name 127.0.0.1:$http"; fi; done <"$topology"
  } >"$state/haproxy.cfg"
}

# Takes a gateway out of service before it is stopped, so that no request is on its way into a connection that is being closed, and back in.
# A gateway says so itself on /readyz (Silo:DrainDelay); this does it for releases that do not.
tell_balancer() {
  [ -S "$state/balancer.sock" ] || return 0
  python3 - "$state" "$1 server gateways/$2" <<'PY' || true
import os, socket, sys
os.chdir(sys.argv[1])
with socket.socket(socket.AF_UNIX) as balancer:
    balancer.settimeout(2)
    balancer.connect("balancer.sock")
    balancer.sendall(sys.argv[2].encode() + b"\n")
    balancer.recv(4096)
PY
}

program() {
  local dll=${COMMANDBROKER_SILO_DLL:-}
  [ -n "$dll" ] || dll=$(ls -t "$root"/silo/bin/{Release,Debug}/net10.0/CommandBroker.Silo.dll 2>/dev/null | head -1 || true)
  [ -f "$dll" ] || fail "the program is not built; dotnet build silo -c Release builds it."
  echo "$dll"
}

# Becomes the process of that name.
become() {
  local role name a b c
  read -r role name a b c < <(line_of "$1")
  # shellcheck disable=SC1091
  . "$state/secrets"
  cd "$state"
  case $role in
    postgres)
      ordinary "$(postgres_bin)/postgres" -D "$(readlink -f "$state/postgres")" -p "$a" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 ;;
    balancer)
      # All agents of this machine have few addresses.
      export BALANCER_BIND=127.0.0.1:$a BALANCER_HEALTH_BIND=127.0.0.1:$b BALANCER_MAX_PER_ADDRESS=${BALANCER_MAX_PER_ADDRESS:-1000000}
      exec haproxy -db -f "$state/haproxy.cfg" ;;
    silo|gateway)
      export ASPNETCORE_ENVIRONMENT=Production ASPNETCORE_URLS=http://127.0.0.1:$a Storage__Provider=postgres
      export Storage__ConnectionString="Host=127.0.0.1;Port=$(line_of postgres | cut -d' ' -f3);Username=broker;Password=$database_password;Database=postgres"
      # Given as nothing, it is left out: releases of schema 6 and before have no such setting.
      if [ -z "${Silo__DrainDelay-given}" ]; then unset Silo__DrainDelay; elif [ "$role" = gateway ]; then export Silo__DrainDelay=${Silo__DrainDelay:-00:00:02}; fi
      if [ "$role" = silo ]; then
        export Identity__BootstrapAdmin=admin Identity__BootstrapAdminPassword=$admin_password
        export Identity__MasterKey=$master_key Credentials__OperatorToken=$operator_token Credentials__AgentToken=$agent_token
        export Silo__SiloPort=$b Silo__GatewayPort=$c
        # A third less memory for each source server, for a tenth more of a silo's processor time (docs/capacity.md).
        export DOTNET_gcServer=${DOTNET_gcServer:-0}
      fi
      # The balancer, which tells each client's address.
      if [ "$role" = gateway ]; then export Gateway__TrustedProxies=${Gateway__TrustedProxies-127.0.0.1}; fi
      if [ -d "$state/certificates" ]; then export Cluster__CertificateDirectory=$state/certificates/$name; fi
      # They share the cores with the balancer, which can tell agents to come later only when it gets to accept them: they stand back, also where each
      # session is a group of its own for the scheduler. And a thread that is woken waits until the one that runs is through (batch): of a fleet that
      # came back every poll cost 20 switches of threads, the half of them by force.
      echo 5 2>/dev/null >/proc/self/autogroup || true
      local batch=
      if chrt -b 0 true 2>/dev/null; then batch="chrt -b 0"; fi
      # shellcheck disable=SC2086
      exec nice -n 5 $batch dotnet "$(program)" --role "$role" ;;
  esac
}

# Starts it, and again when it ends by itself: a silo that finds itself declared dead ends at once and counts on this.
supervise() {
  local name=$1 child pause=0.2
  trap '' HUP INT
  note_pid $$ "$state/run/$name.supervisor"
  while [ -f "$state/run/$name.wanted" ]; do
    "$self" _become "$name" >>"$state/log/$name.log" 2>&1 &
    child=$!
    note_pid "$child" "$state/run/$name.pid"
    # Whoever ended it meanwhile did not find it yet.
    [ -f "$state/run/$name.wanted" ] || kill "$child" 2>/dev/null || true
    local since=$SECONDS
    wait "$child" || true
    [ -f "$state/run/$name.wanted" ] || break
    echo "cluster.sh: $name ended by itself and is started again" >>"$state/log/$name.log"
    if [ $((SECONDS - since)) -gt 10 ]; then pause=0.2; fi
    sleep "$pause"
    case $pause in 0.2) pause=1 ;; 1) pause=3 ;; esac
  done
}

launch() {
  local name=$1
  [ -z "$(pid_of "$name")" ] || return 0
  touch "$state/run/$name.wanted"
  rm -f "$state/run/$name.ended"
  setsid "$self" _supervise "$name" </dev/null >/dev/null 2>&1 &
}

# end NAME SIGNAL HOW: ends it for good; HOW, stopped or killed, is what status tells.
end() {
  local name=$1 signal=$2 how=$3 pid tries=0
  rm -f "$state/run/$name.wanted"
  echo "$how" >"$state/run/$name.ended"
  pid=$(pid_of "$name")
  if [ -n "$pid" ]; then kill "$signal" "$pid" 2>/dev/null || true; fi
  # Its supervisor ends with it. One that is still there would take the next start for its own.
  while [ -n "$(pid_of "$name")$(supervisor_of "$name")" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 800 ] || fail "$name (pid $(pid_of "$name")) does not end."
    # A shell that has not become PostgreSQL yet does not hear an interrupt.
    if [ $((tries % 40)) = 0 ] && [ "$signal" = -INT ] && pid=$(pid_of "$name") && [ -n "$pid" ]; then kill "$signal" "$pid" 2>/dev/null || true; fi
    sleep 0.05
  done
  rm -f "$state/run/$name.pid"* "$state/run/$name.supervisor"*
}

ready() { curl -sf -m 2 -o /dev/null "http://127.0.0.1:$1/readyz"; }

# The names of the silos that the cluster counts among its own.
members() {
  local role name a b c ports
  [ -n "$(pid_of postgres)" ] || return 0
  # shellcheck disable=SC1091
  ports=$(. "$state/secrets"; PGPASSWORD=$database_password PGCONNECT_TIMEOUT=2 "$(postgres_bin)/psql" -X -A -t -h 127.0.0.1 -p "$(line_of postgres | cut -d' ' -f3)" -U broker postgres \
    -c 'select port from OrleansMembershipTable where status = 3' 2>/dev/null) || return 0
  while read -r role name a b c; do
    if [ "$role" = silo ] && grep -qx "$b" <<<"$ports"; then echo "$name"; fi
  done <"$topology"
}

# state_of NAME: running; stopped or killed by cluster.sh; restarting, where it ended by itself.
state_of() {
  if [ -n "$(pid_of "$1")" ]; then echo running
  elif [ -f "$state/run/$1.wanted" ]; then echo restarting
  else cat "$state/run/$1.ended" 2>/dev/null || echo stopped; fi
}

# is_ready ROLE PORT HEALTH: by what it says of itself.
is_ready() {
  case $1 in
    postgres) "$(postgres_bin)/pg_isready" -q -t 2 -h 127.0.0.1 -p "$2" ;;
    balancer) ready "$3" ;;
    *) ready "$2" ;;
  esac
}

await_ready() {
  local name=$1 port=$2 since=$SECONDS
  until ready "$port"; do
    [ $((SECONDS - since)) -lt "$start_seconds" ] \
      || fail "$name is not ready after $start_seconds s (COMMANDBROKER_START_SECONDS): $(curl -s -m 2 "http://127.0.0.1:$port/readyz"); see cluster.sh logs $name."
    sleep 0.05
  done
}

# --- verbs ------------------------------------------------------------------------------------------------------------------------

up() {
  [[ ${1:-} =~ ^[1-9][0-9]*$ && ${2:-} =~ ^[1-9][0-9]*$ && ${3:-} =~ ^(--mtls)?$ ]] || { usage; exit 2; }
  command -v haproxy >/dev/null || fail "no HAProxy is installed; install the package haproxy."
  local name began balancer health
  for name in $(names); do [ -z "$(pid_of "$name")" ] || fail "a cluster runs already; cluster.sh down ends it."; done
  began=$(date +%s%N)
  program >/dev/null
  # Whatever fails from here on, or an interrupt, leaves nothing that runs.
  trap abandon EXIT
  trap 'exit 130' INT TERM HUP
  write_topology "$1" "$2"
  write_secrets
  write_certificates "${3:-}"
  # shellcheck disable=SC1091
  . "$state/secrets"
  prepare_balancer
  # Silos and gateways wait for what they need, so all of them start while PostgreSQL is still made.
  for name in $(names); do [ "$name" = postgres ] || launch "$name"; done
  prepare_postgres
  launch postgres
  read -r _ _ balancer health < <(line_of balancer)
  await_ready balancer "$health"
  make_access_key "http://127.0.0.1:$balancer"
  publish_credentials "http://127.0.0.1:$balancer"
  echo "serving on http://127.0.0.1:$balancer after $((($(date +%s%N) - began) / 1000000)) ms"
  while read -r role name http _; do
    case $role in silo|gateway) await_ready "$name" "$http" ;; esac
  done <"$topology"
  trap - EXIT INT TERM HUP
  echo "all ready after $((($(date +%s%N) - began) / 1000000)) ms; credentials in $credentials"
}

abandon() {
  local exit_code=$?
  trap - EXIT INT TERM HUP
  echo "cluster.sh: the start failed; what it started is ended. Logs are in $state/log." >&2
  (down) || true
  exit "$exit_code"
}

status() {
  local json=${1:-} comma='' role name a b c pid is_ready members member
  [ -f "$topology" ] || { [ "$json" = --json ] && echo '[]' || echo "no cluster"; return; }
  members=$(members)
  if [ "$json" = --json ]; then printf '['; fi
  while read -r role name a b c; do
    pid=$(pid_of "$name")
    is_ready=false
    if [ -n "$pid" ] && is_ready "$role" "$a" "$b"; then is_ready=true; fi
    member=
    if [ "$role" = silo ]; then if grep -qx "$name" <<<"$members"; then member=true; else member=false; fi; fi
    if [ "$json" = --json ]; then
      printf '%s\n  {"role": "%s", "name": "%s", "state": "%s", "pid": %s, "ready": %s%s, "ports": {"%s": %s%s%s}}' "$comma" "$role" "$name" "$(state_of "$name")" "${pid:-null}" "$is_ready" \
        "${member:+, \"member\": $member}" "$([ "$role" = postgres ] && echo sql || echo http)" "$a" \
        "$([ "$role" != balancer ] || echo ", \"health\": $b")" "${c:+, \"silo\": $b, \"gateway\": $c}"
      comma=,
    else
      printf '%-10s %-12s %-10s %-8s %-9s %-10s %s\n' "$role" "$name" "$(state_of "$name")" "${pid:--}" "$([ "$is_ready" = true ] && echo ready || echo 'not ready')" \
        "$([ "$member" = true ] && echo member || echo -)" "$a $b $c"
    fi
  done <"$topology"
  if [ "$json" = --json ]; then printf '\n]\n'; fi
}

down() {
  local name role
  for role in balancer gateway silo postgres; do
    for name in $(grep -E "^$role " "$topology" 2>/dev/null | cut -d' ' -f2); do
      # A fast stop of PostgreSQL: it would wait for its clients otherwise.
      end "$name" "$([ "$role" = postgres ] && echo -INT || echo -TERM)" stopped &
    done
    wait
  done
  withdraw_credentials
  rm -f "$topology"
  if [ "${1:-}" = --wipe ]; then
    # Nothing but what this made.
    case $(readlink "$state/postgres" || true) in /var/tmp/commandbroker-postgres.*) rm -rf "$(readlink "$state/postgres")" ;; esac
    rm -rf "$state"
  fi
}

verb=${1:-}
shift || true
case $verb in
  up) up "$@" ;;
  status) status "$@" ;;
  down) down "$@" ;;
  start) line_of "${1:-}" >/dev/null; launch "$1"; case $1 in gateway-*) tell_balancer enable "$1" ;; esac ;;
  stop) line_of "${1:-}" >/dev/null; case $1 in gateway-*) tell_balancer disable "$1" ;; esac; end "$1" "$([ "$1" = postgres ] && echo -INT || echo -TERM)" stopped ;;
  kill) line_of "${1:-}" >/dev/null; end "$1" -KILL killed ;;
  logs) line_of "${1:-}" >/dev/null; cat "$state/log/$1.log" ;;
  _become) become "$1" ;;
  _supervise) supervise "$1" ;;
  *) usage; exit 2 ;;
esac
