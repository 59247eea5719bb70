#!/usr/bin/env python3
"""What each verb takes on a queue of 100,000 open commands, over HTTP, on both stores. See README.md."""
import argparse
import datetime
import http.client
import json
import os
import statistics
import sys
import tempfile
import time

from harness import machine, report, targets
from run import HERE, REPOSITORY, publish

SERVER = "depth-1"
EXPIRING = "depth-2"
LINES = 250         # so few that all answers fit the socket's buffer: nothing reads them while the request is sent


class Caller:
    """Requests on one connection, with their times."""

    def __init__(self, broker, store):
        self.broker, self.store, self.rows = broker, store, []
        self.connect()

    def connect(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", self.broker.port, timeout=120)
        self.connection.connect()

    def send(self, method, path, body=None, by="operator", media="application/json", **headers):
        """The status, the headers and the JSON of one answer, and how long it took in milliseconds."""
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        token = self.broker.operator_token if by == "operator" else self.broker.agent_token
        begun = time.perf_counter()
        self.connection.request(method, path, data, {"X-Auth-Token": token, "Content-Type": media, **headers})
        answer = self.connection.getresponse()
        text = answer.read()
        took = (time.perf_counter() - begun) * 1_000
        return answer.status, answer.headers, text, took

    def time(self, verb, expected, *request, **more):
        """One request that counts; its headers and its JSON."""
        headers, text = self.note(verb, expected, *request, **more)
        return headers, json.loads(text) if text else {}

    def note(self, verb, expected, *request, **more):
        """One request that counts; its headers and what it was answered."""
        status, headers, text, took = self.send(*request, **more)
        self.rows.append({"store": self.store, "verb": verb, "status": status, "expected": expected, "ms": took, "bytes": len(text)})
        if status != expected:
            print(f"{self.store}, {verb}: {status} instead of {expected}, {text[:300].decode(errors='replace')}", file=sys.stderr)
        return headers, text

    def need(self, *request, **more):
        """One request that does not count and has to succeed."""
        status, headers, text, _ = self.send(*request, **more)
        if status >= 300:
            raise RuntimeError(f"{request[:2]} was answered {status}: {text[:300].decode(errors='replace')}")
        return headers, text

    def restart(self):
        self.connection.close()
        self.broker.restart()
        self.connect()


def fill(caller, server, count, parameter, ends_at=None):
    """Enqueues many commands, in streamed batches; answers how many a second."""
    caller.need("POST", "/v3/sources", {"id": server, "name": server, "os_type": "LINUX"})
    begun = time.perf_counter()
    for first in range(0, count, LINES):
        line = {"server_id": server, "command_name": "START"}
        if ends_at is not None:
            line["time_to_live"] = f"{max(1, round(ends_at - time.time()))}s"
        lines = [json.dumps({**line, "idempotency_key": f"{server}-{number}", "command_param": {"task_id": f"t-{number}", "text": parameter}})
                 for number in range(first, min(count, first + LINES))]
        answers = caller.note(f"batch of {LINES}", 200, "POST", "/api/v1/commands", "\n".join(lines).encode(), media="application/x-ndjson")[1]
        if b'"error"' in answers or answers.count(b"\n") < len(lines):
            raise RuntimeError(f"Commands {first} to {first + len(lines)} were not all enqueued: {answers[:300].decode(errors='replace')}")
    return count / (time.perf_counter() - begun)


def open_count(caller, server):
    return json.loads(caller.need("GET", f"/api/v1/sources/{server}/commands?limit=1")[1])["pending_count"]


def pages(caller, verb, path, cursor, most):
    """Reads page after page."""
    after = ""
    for _ in range(most):
        _, page = caller.time(verb, 200, "GET", path + after)
        if cursor[1] not in page:
            return
        after = f"&{cursor[0]}={page[cursor[1]]}"


def life(caller):
    """A poll and its report."""
    number = caller.time("poll", 200, "GET", f"/v3/sources/{SERVER}/command", by="agent")[0]["X-Command-Id"] or "1"
    body = {"command_name": "START", "result": "success", "result_detail": {}}
    caller.time("report", 200, "POST", f"/v3/sources/{SERVER}/command_result", body, by="agent", **{"X-Command-Id": number})
    return number


def dead_letter(caller):
    """Makes one, by a lease of a second that is the only one."""
    path = f"/api/v1/sources/{SERVER}/settings"
    caller.need("PUT", path, {"visibility_timeout": "1s", "max_deliveries": 1})
    number = caller.need("GET", f"/v3/sources/{SERVER}/command", by="agent")[0]["X-Command-Id"]
    time.sleep(1.2)
    caller.time("show a lease that ran out", 200, "GET", f"/api/v1/sources/{SERVER}/commands/{number}")
    caller.need("PUT", path, {})
    return number


def verbs(caller, options):
    """Every verb, some times."""
    api = f"/api/v1/sources/{SERVER}"
    for first in ("poll", "count", "enqueue", "history page") * options.loads:
        caller.restart()
        verb = f"first call: {first}"
        if first == "poll":
            number = caller.time(verb, 200, "GET", f"/v3/sources/{SERVER}/command", by="agent")[0]["X-Command-Id"]
            caller.need("POST", f"/v3/sources/{SERVER}/command_result", {"command_name": "START", "result": "success", "result_detail": {}}, by="agent",
                        **{"X-Command-Id": number or "1"})
        elif first == "enqueue":
            caller.time(verb, 201, "POST", f"{api}/commands", {"command_name": "START"})
        else:
            caller.time(verb, 200, "GET", f"{api}/commands?limit=1" if first == "count" else f"{api}/history?limit=1000")
    top_up(caller, options)
    for _ in range(options.repeats):
        ended = life(caller)
        last = int(caller.time("enqueue", 201, "POST", f"{api}/commands", {"command_name": "START", "command_param": {"task_id": "t-0"}},
                               **{"Idempotency-Key": f"again-{ended}"})[1].get("command_id", 1))
        caller.time("enqueue again", 200, "POST", f"{api}/commands", {"command_name": "START", "command_param": {"task_id": "t-0"}},
                    **{"Idempotency-Key": f"again-{ended}"})
        caller.time("enqueue beyond the limit", 429, "POST", f"{api}/commands", {"command_name": "START"})
        caller.time("show", 200, "GET", f"{api}/commands/{last}")
        caller.time("show one that has ended", 200, "GET", f"{api}/commands/{ended}")
        caller.time("count", 200, "GET", f"{api}/commands?limit=1")
        caller.time("cancel", 200, "POST", f"{api}/commands/{last}/cancel", {})
        caller.time("enqueue in front", 201, "POST", f"{api}/commands", {"command_name": "START", "priority": 100})
        caller.time("delete, refused", 400, "DELETE", f"/v3/sources/{SERVER}")
    for _ in range(3):
        caller.time("redrive", 200, "POST", f"{api}/commands/{dead_letter(caller)}/redrive")
    pages(caller, "list page", f"{api}/commands?limit=1000", ("after", "next_after"), options.count)
    pages(caller, "history page", f"{api}/history?limit=1000", ("before", "next_before"), options.count)


def top_up(caller, options):
    """The queue is full again."""
    missing = options.count - open_count(caller, SERVER)
    for _ in range(missing):
        caller.need("POST", f"/api/v1/sources/{SERVER}/commands", {"command_name": "START"})


def expired(caller, options):
    """All commands of a queue end at one instant, and nobody had called since."""
    ends_at = time.time() + options.expire_after
    fill(caller, EXPIRING, options.count, options.parameter, ends_at)
    caller.connection.close()
    caller.broker.process.terminate()
    caller.broker.process.wait(40)
    caller.broker.backends.remove(caller.broker.process)
    time.sleep(max(0.0, ends_at + 2 - time.time()))
    caller.broker.run()
    caller.connect()
    caller.time("poll when all have expired", 200, "GET", f"/v3/sources/{EXPIRING}/command", by="agent")
    caller.time("the next poll", 200, "GET", f"/v3/sources/{EXPIRING}/command", by="agent")
    caller.time("history page of what expired", 200, "GET", f"/api/v1/sources/{EXPIRING}/history?limit=1000")


def measure(store, program, options, work):
    limits = {"Queue__MaxPendingCount": str(options.count), "Queue__MaxHistoryCount": str(10 * options.count)}
    broker = targets.Broker(f"broker-{store}", work, {"broker": program}, 1, **limits)
    caller = Caller(broker, store)
    try:
        rate = fill(caller, SERVER, options.count, options.parameter)
        print(f"{store}: {options.count:,} commands enqueued, {rate:,.0f} a second", file=sys.stderr, flush=True)
        verbs(caller, options)
        if options.expire_after:
            expired(caller, options)
        return caller.rows, rate
    finally:
        caller.connection.close()
        broker.stop()


def table(rows, deadline_ms):
    lines = ["| store | verb | calls | median ms | longest ms | longest answer, KB | other answers | later than its deadline |", "|---|---|---|---|---|---|---|---|"]
    groups = {}
    for row in rows:
        groups.setdefault((row["store"], row["verb"]), []).append(row)
    for (store, verb), group in groups.items():
        times = [row["ms"] for row in group]
        others = [str(row["status"]) for row in group if row["status"] != row["expected"]]
        lines.append(f"| {store} | {verb} | {len(group)} | {statistics.median(times):,.1f} | {max(times):,.1f} | {max(row['bytes'] for row in group) / 1024:,.0f} "
                     f"| {', '.join(others) or 'none'} | {sum(time > deadline_ms for time in times)} |")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--stores", default="sqlite,postgres", help="where the commands are kept")
    parser.add_argument("--count", type=int, default=100_000, help="open commands, 1 to 100,000")
    parser.add_argument("--parameter-length", type=int, default=200, help="characters of each command's parameter")
    parser.add_argument("--repeats", type=int, default=20, help="calls of each verb")
    parser.add_argument("--loads", type=int, default=1, help="starts before each kind of first call")
    parser.add_argument("--expire-after", type=int, default=0, metavar="SECONDS",
                        help="fill another queue whose commands all expire then, and measure the first call after that; 0 does not")
    parser.add_argument("--deadline-ms", type=float, default=2_000, help="the deadline of a call: Gateway:CallTimeout and Cluster:ResponseTimeout")
    parser.add_argument("--program", help="the broker's built program; default: it is built")
    parser.add_argument("--out", default=os.path.join(HERE, "results", "depth.md"), help="the report; each run is a line of the .jsonl beside it")
    options = parser.parse_args()
    options.parameter = "x" * options.parameter_length
    results, rates = [], {}
    with tempfile.TemporaryDirectory(prefix="commandbroker-depth-") as work:
        os.chmod(work, 0o711)
        program = options.program or publish(["broker"], work)["broker"]
        for store in options.stores.split(","):
            rows, rates[store] = measure(store, program, options, work)
            results += rows
    facts = machine.describe(REPOSITORY)
    bad = [row for row in results if row["status"] != row["expected"] or row["ms"] > options.deadline_ms]
    with open(os.path.splitext(options.out)[0] + ".jsonl", "a", encoding="utf-8") as lines:
        lines.write(json.dumps({
            "at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"), "machine": facts, "load_average": os.getloadavg()[0],
            "count": options.count, "enqueued_a_second": {store: round(rate) for store, rate in rates.items()}, "bad": len(bad),
            "calls": [{**row, "ms": round(row["ms"], 1)} for row in results]}) + "\n")
    report.write(options.out, f"Each verb on a queue of {options.count:,} open commands", {**facts, "load average": f"{os.getloadavg()[0]:.1f}"},
                 f"one process, over HTTP on one connection; deadline {options.deadline_ms:,.0f} ms", [table(results, options.deadline_ms)])
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
