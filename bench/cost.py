#!/usr/bin/env python3
"""What a request costs in processor time, this checkout against an earlier commit, loaded in turn at half the ceiling. See README.md."""
import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

from harness import load, machine, report, targets

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(HERE)

# One-sided 90 % quantiles of Student's t for 1, 2, 3 … degrees of freedom; beyond the table the normal distribution's.
T90 = (3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.350, 1.345)


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--before", required=True, metavar="COMMIT", help="the commit to compare this checkout with")
    parser.add_argument("--stores", default="postgres,sqlite", help="postgres, sqlite")
    parser.add_argument("--scenarios", default="idle,enqueue,life", help="idle, enqueue, life")
    parser.add_argument("--pairs", type=int, default=9, help="pairs of measurements of each scenario and store; which comes first alternates")
    parser.add_argument("--seconds", type=int, default=8, help="length of one measurement")
    parser.add_argument("--warm-up", type=int, default=10, metavar="SECONDS", help="unrecorded traffic of each scenario before the first pair")
    parser.add_argument("--servers", type=int, default=10_000, help="distinct source servers")
    parser.add_argument("--connections", type=int, default=256, help="connections of wrk; each waits between its requests, so that half the ceiling comes out")
    parser.add_argument("--out", default=os.path.join(HERE, "results", "cost.md"), help="the report; the single figures go beside it as .jsonl")
    return parser.parse_args()


def publish(checkout, work, name):
    out = os.path.join(work, "build", name)
    subprocess.run(["dotnet", "publish", os.path.join(checkout, "silo"), "-c", "Release", "-o", out, "-v", "q", "--nologo"], check=True, stdout=sys.stderr)
    return os.path.join(out, "CommandBroker.Silo.dll")


def publish_both(commit, work):
    """The earlier commit is built from a work tree of its own."""
    checkout = os.path.join(work, "before")
    subprocess.run(["git", "-C", REPOSITORY, "worktree", "add", "--detach", "--quiet", checkout, commit], check=True)
    try:
        return {"before": publish(checkout, work, "before"), "after": publish(REPOSITORY, work, "after")}
    finally:
        subprocess.run(["git", "-C", REPOSITORY, "worktree", "remove", "--force", checkout], check=True)


def cpu_seconds(target):
    """What the broker and its database took so far, with what their ended children took."""
    roots = {target.process.pid} | ({target.postgres.process.pid} if target.postgres else set())
    return machine.cpu_ticks(roots) / machine.TICKS


def measure(target, scenario, number, delay_ms, o):
    target.prepare(scenario, number)
    before = cpu_seconds(target)
    row = load.wrk(target, scenario, number, o.seconds, o.connections, delay_ms)
    row["us"] = 1e6 * (cpu_seconds(target) - before) / max(1, row["requests"])
    return row


def upper_bound(ratios):
    """Of the geometric mean: one-sided, 90 %."""
    logs = [math.log(ratio) for ratio in ratios]
    if len(logs) < 2:
        return None
    quantile = T90[len(logs) - 2] if len(logs) - 2 < len(T90) else 1.282
    return math.exp(statistics.mean(logs) + quantile * statistics.stdev(logs) / math.sqrt(len(logs)))


def lines_of(rows):
    lines = ["| store | scenario | requests/s | before, µs | after, µs | after / before, each pair | geometric mean | upper 90 % bound | refused, broken | foreign cores, most |",
             "|---|---|---|---|---|---|---|---|---|---|"]
    groups = {}
    for row in rows:
        groups.setdefault((row["store"], row["scenario"]), []).append(row)
    for (store, scenario), group in groups.items():
        us = {(r["side"], r["round"]): r["us"] for r in group}
        ratios = [us["after", n] / us["before", n] for n in sorted({r["round"] for r in group}) if ("after", n) in us and ("before", n) in us]
        bound = upper_bound(ratios)
        lines.append(
            f"| {store} | {scenario} | {statistics.median(r['rate'] for r in group):,.0f} "
            f"| {report.span([r['us'] for r in group if r['side'] == 'before'], '.1f')} | {report.span([r['us'] for r in group if r['side'] == 'after'], '.1f')} "
            f"| {report.span(ratios, '.3f')} | {math.exp(statistics.mean(math.log(x) for x in ratios)):.3f} | {f'{bound:.3f}' if bound else '–'} "
            f"| {sum(r['refused'] for r in group)}, {sum(r['broken'] for r in group)} | {max(r['foreign_cores'] for r in group):.2f} |")
    return lines


def compare(store, programs, work, o, log):
    """Both sides run all the while; what is not measured idles."""
    rows, running = [], {}
    try:
        for side, program in programs.items():
            running[side] = targets.Broker(f"{side}-{store}", work, {"broker": program}, o.servers)
        for scenario in o.scenarios.split(","):
            ceilings = []
            for target in running.values():
                target.prepare(scenario, -1)
                ceilings.append(load.wrk(target, scenario, -1, o.warm_up, o.connections)["rate"])
            # Each connection sends, waits for its answer and then as long again as half the ceiling leaves.
            delay_ms = max(1, round(1_000 * o.connections / (min(ceilings) / 2) - 1_000 * o.connections / min(ceilings) / 4))
            for number in range(o.pairs):
                for side in ("before", "after") if number % 2 == 0 else ("after", "before"):
                    row = {"store": store, "side": side} | measure(running[side], scenario, number, delay_ms, o)
                    rows.append(row)
                    log.write(json.dumps(row) + "\n")
                    print(json.dumps(row), file=sys.stderr, flush=True)
    finally:
        for target in running.values():
            target.stop()
    return rows


def main():
    o = options()
    work = tempfile.mkdtemp(prefix="commandbroker-cost-")
    os.chmod(work, 0o711)
    rows = []
    try:
        programs = publish_both(o.before, work)
        with open(os.path.splitext(o.out)[0] + ".jsonl", "w", encoding="utf-8") as log:
            for store in o.stores.split(","):
                rows += compare(store, programs, work, o, log)
    finally:
        targets.remove(work)
    how = (f"before: {o.before}; wrk, 1 thread, {o.connections} connections that wait between requests, about half the ceiling, {o.servers:,} source servers, "
           f"{o.seconds} s each, {o.pairs} pairs in turn; processor time of the broker and PostgreSQL for a request")
    report.write(o.out, "Processor time a request, before and after", machine.describe(REPOSITORY), how, [lines_of(rows)])


if __name__ == "__main__":
    main()
