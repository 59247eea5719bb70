#!/usr/bin/env python3
"""Bytes that an activated source server costs, and whether one that is only registered costs any. See README.md."""
import argparse
import os
import re
import statistics
import sys
import tempfile
import time

from harness import machine, report, targets
from harness.http import in_parallel
from run import HERE, REPOSITORY, publish

# A small nursery and one heap: garbage that waits for its collection would be counted as the source servers' otherwise.
QUIET_HEAP = {"DOTNET_gcServer": "0", "DOTNET_GCgen0size": "0x400000", "DOTNET_GCConserveMemory": "9", "DOTNET_TieredCompilation": "0"}


def resident(pid):
    """Anonymous resident bytes, once they stay the same."""
    last = None
    for _ in range(20):
        now = int(re.search(r"RssAnon:\s+(\d+)", open(f"/proc/{pid}/status").read()).group(1)) * 1024
        if last is not None and abs(now - last) < 256 * 1024:
            return now
        last = now
        time.sleep(1)
    return last


class Scene:
    """A broker, and what is done to it between two looks."""

    def __init__(self, broker):
        self.broker = broker

    def poll(self, ids):
        in_parallel(self.broker.url, (("GET", f"/v3/sources/{i}/command", self.broker.agent_token, None) for i in ids))

    def settle(self, warm):
        """Traffic that changes nothing, so that garbage is collected, then a look."""
        for _ in range(3):
            self.poll(warm)
        in_parallel(self.broker.url, (("GET", "/v3/sources?limit=100", self.broker.operator_token, None) for _ in range(20)), threads=1)
        return resident(self.broker.process.pid)

    def anew(self, warm):
        """Resident memory of a broker just started, after the same few polls."""
        self.broker.restart()
        return self.settle(warm)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--activated", type=int, default=50_000, help="source servers that poll once")
    parser.add_argument("--registered", type=int, default=100_000, help="source servers that never poll")
    parser.add_argument("--target", default="broker-sqlite", choices=["broker-sqlite", "broker-postgres"])
    parser.add_argument("--out", default=os.path.join(HERE, "results", "memory.md"))
    o = parser.parse_args()
    work = tempfile.mkdtemp(prefix="commandbroker-memory-")
    os.chmod(work, 0o711)
    broker = targets.Broker(o.target, work, publish({"broker"}, work), o.activated, **QUIET_HEAP)
    try:
        scene, idle, life = Scene(broker), broker.prefix("idle", 0), broker.prefix("life", 0)
        warm = broker.ids(idle, 1000)
        broker.register(idle, 1000)
        few = [scene.anew(warm) for _ in range(3)]
        broker.register(idle, o.activated)
        broker.register(life, o.registered)
        left = scene.settle(warm)
        many = [scene.anew(warm) for _ in range(3)]
        half = broker.ids(idle)[:o.activated // 2]
        scene.poll(half)
        at_half = scene.settle(warm)
        scene.poll(broker.ids(idle)[len(half):])
        at_all = scene.settle(warm)
    finally:
        broker.stop()
        targets.remove(work)
    added = o.activated - 1000 + o.registered
    steps = [
        ("started over 1,000 registered, which polled", statistics.median(few)),
        (f"the same process after it had registered {added:,} more", left),
        ("started anew over all of them, the same 1,000 polled", statistics.median(many)),
        (f"{len(half):,} polled", at_half),
        (f"{o.activated:,} polled", at_all),
    ]
    lines = ["| step | resident, anonymous, MB |", "|---|---|", *(f"| {name} | {used / 1048576:.1f} |" for name, used in steps)]
    starts = [" ".join(f"{used / 1048576:.1f}" for used in part) for part in (few, many)]
    result = [
        f"- each activated source server: {(at_all - at_half) / (o.activated - len(half)):,.0f} bytes (between the last two steps)",
        f"- each one registered and not active: {(steps[2][1] - steps[0][1]) / added:,.1f} bytes (starts over few: {starts[0]} MB; over many: {starts[1]} MB)",
        f"- what registering left in the heap of the process that did it: {(left - steps[2][1]) / 1048576:,.1f} MB: garbage, pools and code",
    ]
    report.write(o.out, "Memory of source servers", machine.describe(REPOSITORY), f"{o.target}, workstation collector with a 4 MB nursery", [lines, result])
    return 0


if __name__ == "__main__":
    sys.exit(main())
