#!/usr/bin/env python3
"""Traffic on PostgreSQL while one transaction holds back vacuum, beside the same traffic without it. See README.md."""
import argparse
import json
import os
import sys
import tempfile
import time

from harness import load, machine, report, targets
from run import HERE, REPOSITORY, publish

PARTS = ("held", "control")


def measure(part, o, log):
    """A broker of its own on an empty database: traffic for a while, then the same for o.hold seconds, with or without the transaction."""
    work = tempfile.mkdtemp(prefix="commandbroker-vacuum-")
    os.chmod(work, 0o711)
    broker = targets.Broker("broker-postgres", work, publish({"broker"}, work), o.servers)
    try:
        broker.prepare("life", 0)
        load.wrk(broker, "life", 0, o.warm_up, o.connections)
        run(part, "before", o.before, broker, o, log)
        session = broker.postgres.hold_snapshot("broker") if part == "held" else None
        run(part, "during", o.hold, broker, o, log)
        note(part, "at the end", broker, log)
        if session:
            if session.poll() is not None:
                raise RuntimeError("The transaction that holds vacuum back ended before its time.")
            session.stdin.close()
            session.wait(10)
        broker.postgres.sql("broker", "vacuum command")
        note(part, "vacuumed", broker, log)
        run(part, "after", o.before, broker, o, log)
        note(part, "after traffic", broker, log)
    finally:
        broker.stop()
        targets.remove(work)


def run(part, phase, seconds, broker, o, log):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        row = load.wrk(broker, "life", 0, o.seconds, o.connections)
        log.write(json.dumps({"part": part, "phase": phase, **row}) + "\n")
        log.flush()
        print(json.dumps({"part": part, "phase": phase, **row}), file=sys.stderr, flush=True)


def note(part, when, broker, log):
    log.write(json.dumps({"part": part, "phase": "table", "when": when, **table(broker)}) + "\n")
    log.flush()


def table(broker):
    """What the traffic left behind: whether updates wrote indexes, how large table and indexes have become, and how much of the table is free for new rows."""
    broker.postgres.sql("broker", "create extension if not exists pgstattuple")
    found = broker.postgres.sql("broker", """select n_tup_ins, round(100.0 * n_tup_hot_upd / greatest(1, n_tup_upd), 1), dead_tuple_count,
        pg_table_size(relid) / 1000000, pg_indexes_size(relid) / 1000000, free_space / 1000000 from pg_stat_user_tables, pgstattuple('command') where relname = 'command'""").split("|")
    return dict(zip(("commands", "hot_percent", "dead_rows", "table_mb", "index_mb", "free_mb"), map(float, found)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--parts", default=",".join(PARTS), help="held, control; one alone keeps the other's figures of the last run")
    parser.add_argument("--hold", type=int, default=180, metavar="SECONDS", help="how long the transaction is open")
    parser.add_argument("--before", type=int, default=30, metavar="SECONDS", help="traffic before it, to compare with")
    parser.add_argument("--warm-up", type=int, default=15, metavar="SECONDS", help="unrecorded traffic before that")
    parser.add_argument("--seconds", type=int, default=5, help="length of one measurement")
    parser.add_argument("--servers", type=int, default=10_000, help="distinct source servers")
    parser.add_argument("--connections", type=int, default=64, help="connections of wrk")
    parser.add_argument("--out", default=os.path.join(HERE, "results", "vacuum.md"), help="the report; the single figures go beside it as .jsonl")
    o = parser.parse_args()
    parts = o.parts.split(",")
    if set(parts) - set(PARTS):
        sys.exit(f"--parts is {o.parts}; {', '.join(PARTS)} are allowed.")
    figures = os.path.splitext(o.out)[0] + ".jsonl"
    kept = []
    if os.path.exists(figures):
        kept = [line for line in open(figures, encoding="utf-8") if json.loads(line).get("part") in set(PARTS) - set(parts)]
    with open(figures, "w", encoding="utf-8") as log:
        log.writelines(kept)
        for part in parts:
            measure(part, o, log)
    rows = [json.loads(line) for line in open(figures, encoding="utf-8")]
    how = f"wrk, 1 thread, {o.connections} connections, {o.servers:,} source servers, scenario life, {o.seconds} s each, {o.before} s before and {o.hold} s during"
    report.write(o.out, "While a transaction holds back vacuum", machine.describe(REPOSITORY), how, [report.vacuum_table(rows), report.bloat_table(rows)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
