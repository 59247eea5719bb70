#!/usr/bin/env python3
"""What an operation costs the cores with several silos, against one: two clusters side by side, loaded in turn at the same rate. See README.md."""
import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile

from harness import machine, report
from harness.cluster import REPOSITORY, Cluster, Drivers, cpu, publish

HERE = os.path.dirname(os.path.abspath(__file__))
CALLS = {"steady": 1, "life": 3}


def measure(cluster, drivers, mode, rate, o):
    """Microseconds of silos and gateways for one call. Not the balancer, the database or the driver: those are the same for both."""
    members = cluster.members("silo", "gateway")
    before = {m["name"]: cpu(m["pid"]) for m in members}
    out = drivers.run(mode, cluster.agent, operator=cluster.operator, agents=o.agents, connections=32, rate=rate, seconds=o.seconds)
    spent = {m["name"]: cpu(m["pid"]) - before[m["name"]] for m in members}
    return {"calls": out["served"], "other": {k: v for k, v in out["all"].items() if not k.startswith("20")}, "p50_ms": out["p50_ms"], "p99_ms": out["p99_ms"],
            "us": 1e6 * sum(spent.values()) / max(1, out["served"]), "silos_us": 1e6 * sum(v for k, v in spent.items() if k.startswith("silo")) / max(1, out["served"])}


def lines_of(rows):
    lines = ["| operation | a second | silos | core time of silos and gateways for a call, µs | of it silos, µs | as a ratio to one silo, each round | p50, p99 ms | other answers |",
             "|---|---|---|---|---|---|---|---|"]
    base = {(r["mode"], r["rate"], r["round"]): r["us"] for r in rows if r["silos"] == 1}
    groups = {}
    for row in rows:
        groups.setdefault((row["mode"], row["rate"], row["silos"]), []).append(row)
    for (mode, rate, silos), group in groups.items():
        ratios = [r["us"] / base[mode, rate, r["round"]] for r in group if silos != 1]
        lines.append(f"| {'idle poll' if mode == 'steady' else 'enqueue, poll, report'} | {f'{rate * CALLS[mode]:,.0f}' if rate else 'as many as go'} | {silos} | {report.span([r['us'] for r in group], '.0f')} "
                     f"| {report.span([r['silos_us'] for r in group], '.0f')} | {report.span(ratios, '.2f')} "
                     f"| {statistics.median(r['p50_ms'] for r in group):.1f}, {statistics.median(r['p99_ms'] for r in group):.1f} | {sum(sum(r['other'].values()) for r in group)} |")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--agents", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rates", type=float, nargs="+", default=[1_000, 4_000, 0], help="polls a second; 0: as many as go")
    parser.add_argument("--lives", type=float, nargs="+", default=[500, 0], help="commands enqueued, polled and reported a second; 0: as many as go")
    parser.add_argument("--silos", type=int, default=3)
    parser.add_argument("--gateways", type=int, default=2)
    parser.add_argument("--programs", help="where they are published; default: a temporary directory")
    parser.add_argument("--out", default=os.path.join(HERE, "results", "silos.md"))
    o = parser.parse_args()
    if o.silos < 2:
        sys.exit(f"--silos is {o.silos}; 2 or more are compared with 1.")
    work = tempfile.mkdtemp(prefix="commandbroker-silos-")
    os.chmod(work, 0o755)
    programs = publish(o.programs or work)
    clusters, rows = {}, []
    try:
        for silos in (1, o.silos):
            data = os.path.join(work, f"data-{silos}")
            os.makedirs(data, mode=0o755)
            clusters[silos] = cluster = Cluster(data, programs, silos, o.gateways, o.agents)
            cluster.up()
            cluster.register("herd-", o.agents)
            # Until the compiler has done its part, and every queue is in memory.
            for mode in ("steady", "life", "steady"):
                Drivers(programs["herd"], cluster).run(mode, cluster.agent, operator=cluster.operator, agents=o.agents, connections=32, rate=1_000 / CALLS[mode], seconds=15)
        for number in range(1, o.rounds + 1):
            for mode, rate in [("steady", rate) for rate in o.rates] + [("life", rate) for rate in o.lives]:
                for silos, cluster in clusters.items():
                    rows.append({"round": number, "mode": mode, "rate": rate, "silos": silos} | measure(cluster, Drivers(programs["herd"], cluster), mode, rate, o))
                    print(json.dumps(rows[-1]), file=sys.stderr)
        with open(os.path.splitext(o.out)[0] + ".jsonl", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        report.write(o.out, "Several silos against one", machine.describe(REPOSITORY),
                     f"deploy/local/cluster.sh up 1 {o.gateways} and up {o.silos} {o.gateways} side by side, loaded in turn; drivers, balancers, clusters and databases on the same cores", [lines_of(rows)])
    finally:
        for cluster in clusters.values():
            cluster.down()
        shutil.rmtree(work, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
