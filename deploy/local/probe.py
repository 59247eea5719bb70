#!/usr/bin/env python3
"""Asks a cluster for service all the time and says how long any source server was without it.

    deploy/local/probe.py --seconds 30 --at 8 'deploy/local/cluster.sh kill silo-1'

Each source server is polled by an agent of its own every --interval seconds; with --work a command is enqueued before each poll and
reported after it. A gap is the time between two answers 200 to polls of one source server. Answers other than 200 count as polite when
they are 503 with Retry-After, as failed otherwise; a connection that ends or stays silent without an answer is unknown.
"""
import argparse, asyncio, collections, json, os, subprocess, time
from urllib.parse import urlsplit

ANSWER_TIMEOUT = 10.0


class Connection:
    """One kept-alive HTTP connection, opened again when it was closed before a request was sent on it."""

    def __init__(self, endpoint):
        self.host, self.port = endpoint.hostname, endpoint.port
        self.reader = self.writer = None

    async def ask(self, method, path, token, body=None):
        if self.writer is None or self.reader.at_eof():
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        data = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nX-Auth-Token: {token}\r\n"
        if body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n"
        self.writer.write(head.encode() + b"\r\n" + data)
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
        text = await self.reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return int(lines[0].split()[1]), headers, text

    def close(self):
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


class Probe:
    def __init__(self, options, credentials):
        self.options = options
        self.endpoint = urlsplit(options.endpoint or credentials["endpoint"])
        self.token, self.agent = credentials["token"], credentials["agent_token"]
        self.counts = collections.Counter()
        self.examples = []
        self.gaps = {}
        self.latencies = []
        self.deadline = 0.0

    async def call(self, connection, kind, method, path, token, body=None):
        """Returns the status, or None when nobody knows what came of it."""
        began = time.monotonic()
        try:
            status, headers, _ = await asyncio.wait_for(connection.ask(method, path, token, body), ANSWER_TIMEOUT)
        except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError) as fault:
            connection.close()
            self.note(f"{kind} unknown", f"{kind}: {type(fault).__name__} after {time.monotonic() - began:.2f} s")
            return None
        if status in (200, 201):
            self.counts[f"{kind} ok"] += 1
            self.latencies.append(time.monotonic() - began)
        elif status == 503 and "retry-after" in headers:
            self.counts[f"{kind} polite 503"] += 1
        else:
            self.note(f"{kind} failed", f"{kind}: {status}")
        return status

    def note(self, what, example):
        self.counts[what] += 1
        if len(self.examples) < 20:
            self.examples.append(f"{time.monotonic() - self.began:.2f} s {example}")

    async def serve(self, name):
        connection, last, cycle = Connection(self.endpoint), None, 0
        longest, at = 0.0, 0.0
        poll, manage = f"/v3/sources/{name}/command", f"/api/v1/sources/{name}/commands"
        while time.monotonic() < self.deadline:
            cycle += 1
            if self.options.work:
                await self.call(connection, "enqueue", "POST", manage, self.token, {"command_name": "SYNC", "idempotency_key": f"{name}-{cycle}"})
            if await self.call(connection, "poll", "GET", poll, self.agent) == 200:
                now = time.monotonic()
                if last is not None and now - last > longest:
                    longest, at = now - last, last - self.began
                last = now
                if self.options.work:
                    await self.call(connection, "report", "POST", poll + "_result", self.agent,
                                    {"command_name": "SYNC", "result": "success", "result_detail": {}})
            await asyncio.sleep(self.options.interval)
        if last is not None and self.deadline - last > longest:
            longest, at = self.deadline - last, last - self.began
        self.gaps[name] = (longest, at)

    async def act(self):
        for seconds, command in self.options.at:
            await asyncio.sleep(max(0.0, self.began + float(seconds) - time.monotonic()))
            await (await asyncio.create_subprocess_shell(command, stdout=subprocess.DEVNULL)).wait()

    async def run(self):
        names = [f"probe-{number}" for number in range(self.options.servers)]
        connection = Connection(self.endpoint)
        self.began = time.monotonic()
        for name in names:
            body = {"id": name, "name": name, "os_type": "LINUX"}
            while await self.call(connection, "register", "POST", "/v3/sources", self.token, body) != 200:
                await asyncio.sleep(0.2)
        self.counts.clear(), self.examples.clear(), self.latencies.clear()
        self.began = time.monotonic()
        self.deadline = self.began + self.options.seconds
        await asyncio.gather(self.act(), *(self.serve(name) for name in names))
        worst = max(self.gaps, key=lambda name: self.gaps[name][0])
        ordered = sorted(self.latencies) or [0.0]
        return {
            "servers": len(names),
            "seconds": self.options.seconds,
            "longest_gap_s": round(self.gaps[worst][0], 3),
            "longest_gap_began_s": round(self.gaps[worst][1], 2),
            "servers_with_a_gap_over_1_s": sum(1 for gap, _ in self.gaps.values() if gap > 1),
            "p50_ms": round(1000 * ordered[len(ordered) // 2], 2),
            "p99_ms": round(1000 * ordered[int(len(ordered) * .99)], 2),
            "max_ms": round(1000 * ordered[-1], 1),
            "counts": dict(sorted(self.counts.items())),
            "examples": self.examples,
        }


def main():
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = os.environ.get("COMMANDBROKER_DATA", os.path.join(root, "data"))
    parser.add_argument("--credentials", default=os.path.join(data, "dev-credentials.json"))
    parser.add_argument("--endpoint", help="default: the one of the credentials")
    parser.add_argument("--servers", type=int, default=40)
    parser.add_argument("--interval", type=float, default=0.1)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--work", action="store_true", help="enqueue, poll and report instead of polling alone")
    parser.add_argument("--at", nargs=2, action="append", default=[], metavar=("SECONDS", "COMMAND"), help="run a command then")
    options = parser.parse_args()
    with open(options.credentials, encoding="utf-8") as file:
        credentials = json.load(file)
    print(json.dumps(asyncio.run(Probe(options, credentials).run()), indent=2))


main()
