#!/usr/bin/env python3
"""Bytes that an activated source server costs, and whether a registered one costs any. See README.md."""
import argparse
import os
import re
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
        idle, life = broker.prefix("idle", 0), broker.prefix("life", 0)

        def poll(ids):
            in_parallel(broker.url, (("GET", f"/v3/sources/{i}/command", broker.agent_token, None) for i in ids))

        def listen(pages=3):
            in_parallel(broker.url, (("GET", "/v3/sources?limit=100", broker.operator_token, None) for _ in range(pages)), threads=1)

        broker.register(idle, o.activated)
        half = broker.ids(idle)[:o.activated // 2]
        poll(half[:1000])
        listen()
        steps = [("warm: 1,000 activated", resident(broker.process.pid), 1000)]
        poll(half)
        steps.append((f"{len(half):,} activated", resident(broker.process.pid), len(half)))
        poll(broker.ids(idle)[len(half):])
        steps.append((f"{o.activated:,} activated", resident(broker.process.pid), o.activated))
        broker.register(life, o.registered)
        listen()
        steps.append((f"and {o.registered:,} registered that never polled", resident(broker.process.pid), o.activated))
    finally:
        broker.stop()
        targets.remove(work)
    activated = (steps[2][1] - steps[1][1]) / (steps[2][2] - steps[1][2])
    registered = (steps[3][1] - steps[2][1]) / o.registered
    lines = ["| step | resident, anonymous, MB |", "|---|---|", *(f"| {name} | {used / 1048576:.1f} |" for name, used, _ in steps)]
    result = [f"- each activated source server: {activated:,.0f} bytes (between the second and the third step)",
              f"- each registered one that never polled: {registered:,.1f} bytes"]
    report.write(o.out, "Memory of source servers", machine.describe(REPOSITORY), f"{o.target}, workstation collector with a 4 MB nursery", [lines, result])
    return 0


if __name__ == "__main__":
    sys.exit(main())
