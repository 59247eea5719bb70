# Runs a private PostgreSQL for as long as the other end of stdin is open, then removes it.
# $1: directory of the binaries, $2: port on 127.0.0.1, $3: directory for the tables; empty puts them beside the log.
# Each line read from stdin is a verb: "stop" stops at once, as a crash would, and "start" starts again.
set -eu
bin=$1 port=$2
root=$(mktemp -d /tmp/commandbroker-postgres.XXXXXX)
data=${3:-$root}/data
trap '' INT TERM HUP

# A kill -9 of this shell must not leave the server behind.
tie=
if command -v setpriv >/dev/null 2>&1; then tie="setpriv --pdeathsig QUIT --"; fi

start() {
    $tie "$bin/postgres" -D "$data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
        -c fsync=on -c synchronous_commit=on -c max_connections=200 >>"$root/log" 2>&1 &
    server=$!
}

stop() {
    kill -QUIT "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
}

"$bin/initdb" -D "$data" --waldir="$root/wal" -A trust -U postgres -E UTF8 --locale=C --data-checksums --no-sync >"$root/log" 2>&1 || { cat "$root/log" >&2; exit 1; }
start
echo "started"
while read -r verb; do
    case $verb in
        stop) stop ;;
        start) start ;;
    esac
    echo "$verb"
done
stop
rm -rf "$root"
