# Waits until its stdin is closed, which also happens when the run is killed, and then ends whatever the run has left behind.
# $1: the run's directory, which each process of the run has in its environment as COMMANDBROKER_CHAOS; $2: the name of its bridge.
set -u
run=$1 bridge=$2
trap '' INT TERM HUP
cat >/dev/null
for environment in /proc/[0-9]*/environ; do
    if grep -qzxF "COMMANDBROKER_CHAOS=$run" "$environment" 2>/dev/null; then
        pid=${environment#/proc/}
        kill -9 "${pid%/environ}" 2>/dev/null || true
    fi
done
# A namespace lives as long as a closing connection in it, and its end of the bridge with it.
for link in "/sys/class/net/${bridge}v"*; do
    if [ -e "$link" ]; then ip link del "${link#/sys/class/net/}" 2>/dev/null || true; fi
done
for space in /run/netns/"$bridge"-*; do
    if [ -e "$space" ]; then ip netns del "${space#/run/netns/}"; fi
done
ip link del "$bridge" 2>/dev/null || true
for mount in "$run"/disk*; do
    if [ -d "$mount" ]; then umount -l "$mount" 2>/dev/null || true; fi
done
exit 0
