#!/usr/bin/env python3
"""Measures the broker beside what it competes with. See README.md."""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

from harness import load, machine, report, targets

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(HERE)
PROJECTS = {
    "bare": ("bench/peers/bare", "bare.dll"),
    "redis-list": ("bench/peers/redis-list", "redis-list.dll"),
    "postgres-table": ("bench/peers/postgres-table", "postgres-table.dll"),
    "preload": ("bench/Preload", "CommandBroker.Preload.dll"),
    "broker": ("silo", "CommandBroker.Silo.dll"),
}
TARGETS = {
    "bare": (targets.Bare, ["bare"]),
    "redis-always": (targets.RedisList, ["redis-list"]),
    "postgres-delete": (targets.PostgresTable, ["postgres-table"]),
    "postgres-lease": (targets.PostgresTable, ["postgres-table"]),
    "broker-sqlite": (targets.Broker, ["broker"]),
    "broker-postgres": (targets.Broker, ["broker"]),
    "broker-memory": (targets.Broker, ["broker"]),
}


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--targets", default=",".join(name for name in TARGETS if name != "broker-memory"), help="what to measure; bare is the base of every ratio")
    parser.add_argument("--scenarios", default="idle,enqueue,life", help="idle, idle-signed, enqueue, life")
    parser.add_argument("--rounds", type=int, default=5, help="each round measures every scenario of every target once, in random order")
    parser.add_argument("--seconds", type=int, default=8, help="length of one measurement")
    parser.add_argument("--warm-up", type=int, default=10, metavar="SECONDS", help="unrecorded traffic of each scenario and target before the first round")
    parser.add_argument("--servers", type=int, default=10_000, help="distinct source servers")
    parser.add_argument("--connections", type=int, default=64, help="connections of wrk")
    parser.add_argument("--finished", type=int, default=0, help="also measure brokers whose store holds that many finished commands")
    parser.add_argument("--work", help="where data and builds go; a new directory below the system's temporary one by default, removed afterwards")
    parser.add_argument("--seed", type=int, default=1, help="order of the measurements")
    parser.add_argument("--out", default=os.path.join(HERE, "results", "latest.md"), help="the report; the single figures go beside it as .jsonl")
    return parser.parse_args()


def publish(names, work):
    """Release builds, each once."""
    programs = {}
    for name in sorted(names):
        project, file = PROJECTS[name]
        out = os.path.join(work, "build", name)
        subprocess.run(["dotnet", "publish", os.path.join(REPOSITORY, project), "-c", "Release", "-o", out, "-v", "q", "--nologo"],
                       check=True, stdout=sys.stderr)
        programs[name] = os.path.join(out, file)
    return programs


def start(chosen, work, o):
    """Everything runs from the beginning; what is not measured idles."""
    wanted = {name: TARGETS[name] for name in chosen}
    needed = {program for _, programs in wanted.values() for program in programs} | ({"preload"} if o.finished else set())
    programs = publish(needed, work)
    running = []
    try:
        for name, (kind, _) in wanted.items():
            running.append(kind(name, work, programs, o.servers))
            if o.finished and kind is targets.Broker and name != "broker-memory":
                running.append(kind(f"{name}-full", work, programs, o.servers, finished=o.finished))
    except BaseException:
        for target in running:
            target.stop()
        raise
    return running


def measure(running, scenarios, o, log):
    """Rounds of every scenario over every target, each time in another order."""
    rows, order = [], random.Random(o.seed)
    for scenario in scenarios:
        for target in running:
            # Unrecorded: code that is not compiled yet and caches that are cold belong to a start.
            target.prepare(scenario, -1)
            load.wrk(target, scenario, -1, o.warm_up, o.connections)
    for number in range(o.rounds):
        for scenario in scenarios:
            for target in order.sample(running, len(running)):
                target.prepare(scenario, number)
                row = once(target, scenario, number, o)
                rows.append(row)
                log.write(json.dumps(row) + "\n")
                print(json.dumps(row), file=sys.stderr, flush=True)
    return rows


def once(target, scenario, number, o):
    """One measurement; of a life also whether commands really ended."""
    prefix = target.prefix(scenario, number)
    checks = scenario == "life" and isinstance(target, targets.Broker)
    before = target.ended_count(prefix) if checks else 0
    row = load.wrk(target, scenario, number, o.seconds, o.connections)
    if checks and target.ended_count(prefix) == before and row["requests"] > 6 * o.servers:
        raise RuntimeError(f"{target.name}: {row['requests']} requests of enqueue, poll and report ended no command.")
    return row


def main():
    o = options()
    scenarios, chosen = o.scenarios.split(","), o.targets.split(",")
    unknown = (set(scenarios) - set(report.ORDER)) | (set(chosen) - set(TARGETS))
    if unknown:
        sys.exit(f"Unknown: {', '.join(sorted(unknown))}. Scenarios are {', '.join(report.ORDER)}; targets are {', '.join(TARGETS)}.")
    work = o.work or tempfile.mkdtemp(prefix="commandbroker-bench-")
    os.makedirs(work, exist_ok=True)
    os.chmod(work, 0o711)
    running = start(chosen, work, o)
    try:
        with open(os.path.splitext(o.out)[0] + ".jsonl", "w", encoding="utf-8") as log:
            rows = measure(running, scenarios, o, log)
            parts = [report.table(rows)] if rows else []
            if o.finished:
                parts.append(report.finished_table(rows, o.finished))
    finally:
        for target in running:
            target.stop()
        if not o.work:
            targets.remove(work)
    how = (f"wrk, 1 thread, {o.connections} connections, {o.servers:,} source servers, {o.seconds} s each, {o.rounds} interleaved rounds, "
           "client and servers on the same cores; medians, with ranges")
    report.write(o.out, "The broker beside its peers", machine.describe(REPOSITORY), how, parts)


if __name__ == "__main__":
    main()
