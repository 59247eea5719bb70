#!/usr/bin/env python3
"""What retention reads when nothing is due, and how fast it removes beside enqueues, on a large store whose pages were used before. See README.md."""
import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from harness import targets
from harness.postgres import Postgres
from run import HERE, REPOSITORY

DAY = 864_000_000_000
NOW = 639_000_000_000_000_000
PROJECT = "2d7b94e60c1f4f8fb35a7c9e84d10f63"


class Program:
    """The store's own code, without what lies in front of it."""

    def __init__(self, work, o, **storage):
        self.o = o
        self.directory = os.path.join(work, "program")
        self.environment = {**os.environ, **{f"Storage__{name}": value for name, value in storage.items()}}

    def build(self):
        subprocess.run(["dotnet", "publish", os.path.join(HERE, "Retention"), "-c", "Release", "-o", self.directory, "-v", "q", "-m:1"],
                       check=True, stdout=sys.stderr, cwd=REPOSITORY)

    def run(self, verb, ended_before=0):
        out = subprocess.run([os.path.join(self.directory, "CommandBroker.RetentionBench"), "--Verb", verb, "--EndedBefore", str(ended_before),
                              "--Servers", str(self.o.servers), "--Rounds", str(self.o.rounds), "--Seconds", str(self.o.seconds),
                              "--Logging:LogLevel:Default", "Warning"],
                             check=True, env=self.environment, stdout=subprocess.PIPE, text=True).stdout
        return [json.loads(line) for line in out.splitlines() if line.startswith("{")]


def say(text):
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


def on_postgres(work, o, built):
    server = Postgres(os.path.join(work, "postgres"), targets.free_port())
    try:
        program = Program(work, o, Provider="postgres", ConnectionString=server.create("broker") + ";Timeout=60;Command Timeout=60")
        program.directory = built
        program.run("open")

        def sql(text):
            return server.sql("broker", text)

        def pages():
            last = None
            while (now := int(sql("select heap_blks_read + heap_blks_hit from pg_statio_user_tables where relname = 'command'"))) != last:
                last = now
                time.sleep(1)
            return now

        sql(f"insert into source_server (server_id, name, name_folded, os_type, details, registered_at) select 's-' || i, 's', 'S', 'LINUX', '{{}}', {NOW} "
            f"from generate_series(1, {o.servers}) i; insert into project_total values ('{PROJECT}', {o.servers})"
            " on conflict (project_id) do update set registered_count = excluded.registered_count")
        # The indexes are made when all rows are there, and run beside no vacuum: this takes long enough.
        sql("alter table command set (autovacuum_enabled = off)")
        indexes = [line.split("|") for line in sql("select indexname, indexdef from pg_indexes where tablename = 'command'").splitlines()]
        sql("alter table command drop constraint command_pkey; " + "".join(f"drop index {name}; " for name, _ in indexes if name != "command_pkey"))
        for life in (1, 2):
            say(f"postgres: fill {life}")
            sql(f"""insert into command (source_no, seq, version, writer, state, delivery_count, redrive_count, delivered_at, ended_at, added_at, open_from, payload, outcome)
                select 1 + i % {o.servers}, {life} * 100000000 + i, 3, i, 2, 1, 0, t, t, t, 1, convert_to(repeat('p', 110), 'UTF8'), convert_to(repeat('o', 80), 'UTF8')
                from (select i, {NOW} + {life - 2} * 30 * {DAY} + i * {7 * DAY // o.rows} as t from generate_series(1::bigint, {o.rows}) i) rows""")
            if life == 1:
                sql("delete from command")
                say("postgres: vacuum")
                sql("vacuum command")
        say("postgres: indexes")
        sql("alter table command add primary key (source_no, seq); " + "".join(f"{definition}; " for name, definition in indexes if name != "command_pkey"))
        sql("analyze command")
        heap = int(sql("select pg_relation_size('command') / 8192"))
        idle = []
        for _ in range(3):
            before = pages()
            found = program.run("idle", NOW - DAY)[0]
            idle.append({"removed": found["removed"], "pages": pages() - before})
        sql("alter table command set (autovacuum_enabled = on)")
        say(f"postgres: idle {idle} of {heap}")
        return {"store": "postgres", "rows": o.rows, "pages": heap, "idle": idle, "rates": program.run("rates", NOW + 30 * DAY)}
    finally:
        server.stop()


def on_sqlite(work, o, built):
    directory = os.path.join(work, "sqlite")
    program = Program(work, o, Provider="sqlite", DataDirectory=directory)
    program.directory = built
    program.run("open")
    file = sqlite3.connect(os.path.join(directory, "broker.db"), isolation_level=None)
    file.execute("PRAGMA synchronous = OFF")
    say("sqlite: fill")
    rows = o.rows * 3 // 10
    file.executescript(f"""
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {o.servers})
        INSERT INTO source_server (server_id, name, os_type, details, registered_at) SELECT 's-' || i, 's', 'LINUX', '{{}}', {NOW} FROM n;""")
    # Rows of a first life are removed again, so that the second lies in pages that were used before.
    for life in (1, 2):
        file.executescript(f"""
            BEGIN;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
            INSERT INTO command (row_no, epoch, source_no, seq, version, writer, state, delivery_count, redrive_count, delivered_at, enqueued_at, ended_at, payload, outcome)
            SELECT r, r >> 18, 1 + i % {o.servers}, {life} * 100000000 + i, 3, i, 2, 1, 0, t, t, t, zeroblob(110), zeroblob(80)
            FROM (SELECT i, i + {(life - 1) * rows} AS r, {NOW} + {life - 2} * 30 * {DAY} + i * {7 * DAY // rows} AS t FROM n);
            INSERT OR IGNORE INTO epoch SELECT DISTINCT epoch FROM command;
            COMMIT;""")
        if life == 1:
            file.executescript("DELETE FROM command; DELETE FROM epoch;")
    file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    pages = file.execute("PRAGMA page_count").fetchone()[0]
    file.close()
    idle = [{"removed": f["removed"], "pages": f["read_bytes"] // 4096} for f in (program.run("idle", NOW - DAY)[0] for _ in range(3))]
    say(f"sqlite: idle {idle} of {pages}")
    return {"store": "sqlite", "rows": rows, "pages": pages, "idle": idle, "rates": program.run("rates", NOW + 30 * DAY)}


def write(found, o):
    lines = ["# Retention", "", f"`python3 bench/retention.py --rows {o.rows} --stores {o.stores}`, {time.strftime('%Y-%m-%d')}, load average {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores.", "",
             "A run with nothing due, on a store whose pages were used before:", "",
             "| store | finished commands | pages | read by three runs | most, of all pages |", "|---|---|---|---|---|"]
    for f in found:
        read = [run["pages"] for run in f["idle"]]
        lines.append(f"| {f['store']} | {f['rows']:,} | {f['pages']:,} | {', '.join(f'{r:,}' for r in read)} | {100 * max(read) / f['pages']:.2f} % |")
    lines += ["", f"Commands a second at the store's own interface, {o.rounds} rounds of {o.seconds} s, in turn: enqueues alone, removals alone, both at once. Medians:", "",
              "| store | enqueues | removals | removals / enqueues | both at once: enqueues | removals | removals / enqueues |", "|---|---|---|---|---|---|---|"]
    for f in found:
        alone = [r["removals"] / r["enqueues"] for r in f["rates"]]
        both = [r["removals_both"] / r["enqueues_both"] for r in f["rates"]]

        def middle(name):
            return f"{statistics.median(r[name] for r in f['rates']):,.0f}"

        lines.append(f"| {f['store']} | {middle('enqueues')} | {middle('removals')} | {statistics.median(alone):.2f} ({min(alone):.2f} to {max(alone):.2f}) | "
                     f"{middle('enqueues_both')} | {middle('removals_both')} | {statistics.median(both):.2f} ({min(both):.2f} to {max(both):.2f}) |")
    with open(o.out, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    with open(os.path.splitext(o.out)[0] + ".jsonl", "w", encoding="utf-8") as out:
        out.writelines(json.dumps(f) + "\n" for f in found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000, help="finished commands on PostgreSQL; SQLite gets three tenths of it")
    parser.add_argument("--servers", type=int, default=10_000, help="source servers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--stores", default="postgres,sqlite")
    parser.add_argument("--out", default=os.path.join(HERE, "results", "retention.md"), help="the report; the single figures go beside it as .jsonl")
    o = parser.parse_args()
    work = tempfile.mkdtemp(prefix="commandbroker-retention-")
    os.chmod(work, 0o711)
    try:
        program = Program(work, o)
        program.build()
        found = [{"postgres": on_postgres, "sqlite": on_sqlite}[store](work, o, program.directory) for store in o.stores.split(",")]
        write(found, o)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
