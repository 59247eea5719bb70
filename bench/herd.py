#!/usr/bin/env python3
"""A whole fleet that polls in the same second after an outage, and a fleet that polls steadily, against a cluster. See README.md."""
import argparse
import json
import os
import shutil
import sys
import tempfile
import threading
import time

from harness import machine, report
from harness.cluster import REPOSITORY, Cluster, Drivers, cpu, publish, resident

HERE = os.path.dirname(os.path.abspath(__file__))
FEW = 1_000  # source servers that do not count as a fleet


class Watch(threading.Thread):
    """Looks at the memory of silos, gateways and balancer four times a second."""

    def __init__(self, members):
        super().__init__(daemon=True)
        self.members, self.over = members, threading.Event()
        self.first = self.look()
        self.most = dict(self.first)
        self.start()

    def look(self):
        return {m["name"]: resident(m["pid"]) for m in self.members}

    def run(self):
        while not self.over.wait(0.25):
            for name, used in self.look().items():
                self.most[name] = max(self.most[name], used)

    def stop(self):
        self.over.set()
        self.join()
        return self.first, self.most, self.look()


def herd_of(cluster, drivers, agents, share, seconds):
    """As many drivers as the limit of open files makes necessary, which set out in the same instant."""
    at = int((time.time() + 15) * 1000)
    running = [drivers.start("herd", cluster.agent, first=first, agents=min(share, agents - first), seconds=seconds, at=at) for first in range(0, agents, share)]
    return together([json.loads(process.communicate()[0]) for process in running])


def together(parts):
    """Sums of what several drivers counted; the slowest one's times."""
    whole = {"agents": 0, "served": 0, "heard": 0, "all": {}, "retry_after": {}, "sent_by_second": {}, "by_second": {}, "longest_ms": {}}
    for part in parts:
        whole["agents"] += part["agents"]
        whole["served"] += part["served"]
        whole["heard"] += part["heard"]
        for name in ("all", "retry_after", "sent_by_second"):
            for key, count in part[name].items():
                whole[name][key] = whole[name].get(key, 0) + count
        for second, counts in part["by_second"].items():
            for key, count in counts.items():
                whole["by_second"].setdefault(second, {})
                whole["by_second"][second][key] = whole["by_second"][second].get(key, 0) + count
        for second, longest in part["longest_ms"].items():
            whole["longest_ms"][second] = max(longest, whole["longest_ms"].get(second, 0))
    for name in ("seconds", "heard_s", "p50_ms", "p99_ms", "max_ms"):
        whole[name] = max(part[name] for part in parts)
    whole["began"] = min(part["began"] for part in parts)
    whole["cpu_s"] = sum(part["cpu_s"] for part in parts)
    return whole


def until(counts, began, what):
    """Seconds after `began` until something of that kind came for the last time."""
    late = (counts["began"] - began) / 1000
    return max((int(second) + 1 + late for second, each in counts["by_second"].items() if what(each, counts["longest_ms"].get(second, 0))), default=0)


def strange(answers, longest_ms):
    """A refusal, an error, or more than a second's wait: not what agents are used to."""
    return longest_ms > 1000 or any(key != "200" for key in answers)


def stampede(cluster, drivers, o, outage):
    if outage == "of the cluster":
        cluster.outage()
    members = cluster.members("silo", "gateway", "balancer")
    watch = Watch(members)
    before = {m["name"]: cpu(m["pid"]) for m in members}
    probe = drivers.start("steady", cluster.agent, prefix="probe-", agents=200, connections=200, rate=20, seconds=o.seconds)
    time.sleep(5)
    herd = herd_of(cluster, drivers, o.agents, o.share, o.seconds - 10)
    served = until(herd, herd["began"], lambda answers, _: "200" in answers)
    time.sleep(5)
    spent = {m["name"]: cpu(m["pid"]) - before[m["name"]] for m in members}
    probed = json.loads(probe.communicate()[0])
    first, most, last = watch.stop()
    normal = max(until(each, herd["began"], strange) for each in (herd, probed))
    return {"kind": "herd", "outage": outage, "heard_s": herd["heard_s"], "normal_s": normal, "all_served_s": served, "herd": herd, "probe": probed, "cpu_s": spent, "rss_mb": {"before": first, "most": most, "after": last}}


def steady(cluster, drivers, o):
    """The same rate for few source servers and then for all: what only the number of them costs is the difference."""
    drivers.run("steady", cluster.agent, agents=FEW, connections=64, rate=o.rate, seconds=60)
    members = cluster.members("silo", "gateway", "balancer", "postgres")
    watch = Watch([m for m in members if m["role"] != "postgres"])
    cold = drivers.run("visit", cluster.agent, agents=o.agents, connections=64)
    before, began = {m["name"]: cpu(m["pid"]) for m in members}, time.monotonic()
    result = drivers.run("steady", cluster.agent, agents=o.agents, connections=64, rate=o.rate, seconds=o.steady)
    elapsed = time.monotonic() - began
    spent = {m["name"]: (cpu(m["pid"]) - before[m["name"]]) for m in members}
    first, most, last = watch.stop()
    for each in (cold, result):
        each.pop("by_second")
    return {"kind": "steady", "rate": o.rate, "seconds": elapsed, "cold": cold, "steady": result, "cpu_s": spent, "rss_mb": {"before": first, "most": most, "after": last}}


def until_all(row, who, when):
    """When the last of all agents was, or how many were at all."""
    count = row["herd"][who]
    return f"{row[when]:.0f}" if count == row["herd"]["agents"] else f"never: {count:,}"


def lines_of(rows):
    herds = [r for r in rows if r["kind"] == "herd"]
    lines = ["| outage | agents | each has an answer after, s | as before after, s | all served after, s | answers | errors of connections | Retry-After, s | probe: p99, max ms, other than 200 | CPU of the cluster, of the agents, s |", "|---|---|---|---|---|---|---|---|---|---|"]
    for r in herds:
        answers = {k: v for k, v in r["herd"]["all"].items() if k.isdigit()}
        broken = {k: v for k, v in r["herd"]["all"].items() if not k.isdigit()}
        after = sorted(map(int, r["herd"]["retry_after"]))
        other = {k: v for k, v in r["probe"]["all"].items() if k != "200"}
        lines.append(f"| {r['outage']} | {r['herd']['agents']:,} | {until_all(r, 'heard', 'heard_s')} | {r['normal_s']:.0f} | {until_all(r, 'served', 'all_served_s')} | {answers} | {broken or 'none'} | {f'{after[0]} to {after[-1]}' if after else '–'} "
                     f"| {r['probe']['p99_ms']}, {r['probe']['max_ms']}, {other or 'none'} | {sum(r['cpu_s'].values()):.0f}, {r['herd']['cpu_s']:.0f} |")
    memory = ["| resident, anonymous, MB | before | most | after |", "|---|---|---|---|"]
    for r in rows:
        for name in r["rss_mb"]["before"]:
            memory.append(f"| {r['kind']}{', outage ' + r['outage'] if 'outage' in r else ''}: {name} | {r['rss_mb']['before'][name]:.0f} | {r['rss_mb']['most'][name]:.0f} | {r['rss_mb']['after'][name]:.0f} |")
    parts = [lines]
    for r in (r for r in rows if r["kind"] == "steady"):
        silos = sum(v for k, v in r["rss_mb"]["after"].items() if k.startswith("silo")) - sum(v for k, v in r["rss_mb"]["before"].items() if k.startswith("silo"))
        parts.append([f"- each of {r['cold']['agents']:,} source servers polled once, by 64 connections: {r['cold']['seconds']} s, {r['cold']['all']}; p50 {r['cold']['p50_ms']} ms, p99 {r['cold']['p99_ms']} ms",
                      f"- then steadily: {r['steady']['agents']:,} source servers, {r['rate']:,.0f} polls/s for {r['seconds']:.0f} s: {r['steady']['all']}; "
                      f"p50 {r['steady']['p50_ms']} ms, p99 {r['steady']['p99_ms']} ms, p99.9 {r['steady']['p999_ms']} ms, max {r['steady']['max_ms']} ms",
                      f"- growth of the silos meanwhile: {silos:.1f} MB, {silos * 1048576 / (r['steady']['agents'] - FEW):,.0f} bytes a source server; before, {FEW:,} source servers had polled at the same rate for 60 s",
                      f"- CPU: " + ", ".join(f"{name} {spent:.1f} s" for name, spent in r["cpu_s"].items())
                      + f"; {1e6 * sum(r['cpu_s'].values()) / max(1, r['steady']['served']):.0f} µs a poll in all"])
    return parts + [memory]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--agents", type=int, default=100_000)
    parser.add_argument("--outages", nargs="*", default=["of the cluster", "of the network"], choices=["of the cluster", "of the network"],
                        help="what the agents come back after: silos and gateways that began anew, or that went on")
    parser.add_argument("--seconds", type=float, default=190, help="how long one herd is watched; less than two minutes and a half cuts off who is told to come late")
    parser.add_argument("--share", type=int, default=16_000, help="agents of one driver process: each has a connection")
    parser.add_argument("--steady", type=float, default=600, help="seconds of steady load")
    parser.add_argument("--rate", type=float, default=1000, help="its polls a second")
    parser.add_argument("--silos", type=int, default=3)
    parser.add_argument("--gateways", type=int, default=2)
    parser.add_argument("--programs", help="where they are published; default: a temporary directory")
    parser.add_argument("--out", default=os.path.join(HERE, "results", "herd.md"))
    o = parser.parse_args()
    work = tempfile.mkdtemp(prefix="commandbroker-herd-")
    programs = publish(o.programs or work)
    cluster = Cluster(os.path.join(work, "data"), programs, o.silos, o.gateways, o.agents)
    drivers, rows = Drivers(programs["herd"], cluster), []
    os.chmod(work, 0o755)
    os.makedirs(os.path.join(work, "data"), mode=0o755)
    try:
        cluster.up()
        cluster.register("herd-", o.agents)
        cluster.register("probe-", 200)
        for outage in o.outages:
            rows.append(stampede(cluster, drivers, o, outage))
            print(json.dumps(rows[-1]), file=sys.stderr)
        if o.steady:
            cluster.outage()
            rows.append(steady(cluster, drivers, o))
        with open(os.path.splitext(o.out)[0] + ".jsonl", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        report.write(o.out, "A whole fleet at once, and steadily", machine.describe(REPOSITORY),
                     f"deploy/local/cluster.sh up {o.silos} {o.gateways}; drivers, balancer, cluster and database on the same cores", lines_of(rows))
    finally:
        drivers.stop()
        cluster.down()
        shutil.rmtree(work, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
