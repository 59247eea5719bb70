#!/usr/bin/env python3
"""What becomes of polls whose agents hang up behind the balancer, long before their answer and about when it comes. See README.md."""
import argparse
import asyncio
import bisect
import collections
import contextlib
import datetime
import json
import os
import random
import re
import resource
import shutil
import socket
import statistics
import struct
import sys
import tempfile

from harness import machine, report
from harness.slowed import SlowedCluster
from run import HERE, REPOSITORY, publish

# Numbers of source servers in the store begin here, so that they are found in what the broker sends it.
FIRST_NO = 0x0BADCAFE << 32
NUMBER = re.compile(struct.pack(">iI", 8, FIRST_NO >> 32) + b"(.{4})", re.DOTALL)
SURELY_BEFORE = 0.05
ABOUT = 0.05
WHEN = {-.05: "more than 50 ms before", -.025: "50 to 25 ms before", 0: "25 to 0 ms before", .025: "0 to 25 ms after", .05: "25 to 50 ms after",
        float("inf"): "more than 50 ms after", None: "no lease within 20 s"}
# Now as the store has it: ticks of 100 ns since the year 1.
NOW = "(extract(epoch from clock_timestamp()) * 10000000)::bigint + 621355968000000000"
STATE = f"""select count(*) filter (where state = 1), count(*) filter (where state = 1 and leased_until > {NOW}),
    count(*) filter (where state = 0 and delivery_count = 0 and delivered_at is null and leased_until is null), max(delivery_count), sum(version), count(*)
    from command c join source_server s using (source_no) where s.server_id like """


class Poll:
    """One poll of one source server, over a connection of its own."""

    def __init__(self, server):
        self.server = server
        self.is_asked = False      # the broker has begun to store a lease
        self.due = None            # the earliest instant at which the broker can learn that the lease is stored: no answer leaves before
        self.at = None             # when its agent hung up
        self.answer = None         # what had come until then; None is nothing, no bytes a connection that was closed
        self.was_asked = False     # the same when its agent hung up
        self.is_reset = False      # its agent hung up with a reset
        self.offset = None         # how long after the usual instant of the answer that was, in seconds
        self.announced = asyncio.get_running_loop().create_future()

    async def send(self, port, token, address):
        loop = asyncio.get_running_loop()
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.bind((address, 0))
        await loop.sock_connect(self.socket, ("127.0.0.1", port))
        await loop.sock_sendall(self.socket, f"GET /v3/sources/{self.server}/command HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Auth-Token: {token}\r\n\r\n".encode())

    def hang_up(self, with_reset=False):
        with contextlib.suppress(BlockingIOError):
            try:
                self.answer = self.socket.recv(65_536)
            except ConnectionResetError:
                self.answer = b""
        if with_reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
        self.at = asyncio.get_running_loop().time()

    def refuse(self):
        self.socket.close()
        self.answer, self.at = b"", asyncio.get_running_loop().time()

    def margin(self):
        """Seconds between the hang-up and the earliest possible answer."""
        return float("inf") if self.due is None else self.due - self.at

    def kind_of_answer(self):
        found = re.match(rb"HTTP/1\.1 (\d+)", self.answer)
        return "closed by the balancer" if not found else f"{found[1].decode()}{'' if b'x-command-id' in self.answer.lower() else ' without a command'}"


class Commits:
    """Reads from the link when the lease of each poll is on its way to the store, and when the store's answer is on its way back."""

    def __init__(self):
        self.polls = {}

    def listener(self):
        return _Listener(self.polls)


class _Listener:
    """One connection. Only the one that writes commands counts: others name source servers when they note visits."""

    def __init__(self, polls):
        self.polls, self.writes, self.tail, self.asked = polls, False, b"", set()

    def question(self, data, due):
        self.writes |= b"plan_cache_mode" in data
        if not self.writes:
            return
        for found in NUMBER.finditer(self.tail + data):
            poll = self.polls.get(int.from_bytes(found[1], "big"))
            if poll is not None and poll.due is None:
                poll.is_asked = True
                self.asked.add(poll)
        self.tail = data[-11:]

    def answer(self, data, due):
        for poll in self.asked:
            poll.due = due
            if not poll.announced.done():
                poll.announced.set_result(None)
        self.asked.clear()


class Starvation:
    """When the balancer's threads were ready to run and had no processor: on a machine that is busy otherwise it hears of a hang-up only then."""

    def __init__(self, balancer):
        self.balancer, self.times, self.longest, self.last = balancer, [], [], balancer.waited()

    async def watch(self):
        while True:
            now = self.balancer.waited()
            self.times.append(asyncio.get_running_loop().time())
            self.longest.append(max(new - old for new, old in zip(now, self.last)))
            self.last = now
            await asyncio.sleep(0.02)

    def after(self, poll):
        """The longest time without one, in seconds, that ended after the poll's hang-up and within 200 ms of the earliest possible answer."""
        if poll.due is None:
            return 0.0
        first, end = bisect.bisect_right(self.times, poll.at), bisect.bisect_right(self.times, poll.due + 0.2)
        return max(self.longest[first:end + 1], default=0.0)


async def settled(cluster, prefix, seconds):
    """What the store says once it has said the same for five seconds, or the time is over."""
    loop = asyncio.get_running_loop()
    end, since, last = loop.time() + seconds, loop.time(), None
    while True:
        now = await asyncio.to_thread(cluster.sql, STATE + f"'{prefix}%'")
        if now != last:
            since, last = loop.time(), now
        leased, in_force, untouched, deliveries, versions, commands = map(int, now.split("|"))
        if loop.time() > end or loop.time() - since >= 5:
            return {"leased": leased, "in_force": in_force, "as_never_handed_out": untouched, "most_deliveries": deliveries, "versions": versions, "commands": commands}
        await asyncio.sleep(0.5)


def rows_of(cluster, prefix):
    """State, delivery count and whether it may have been seen, of each command."""
    lines = cluster.sql(f"select server_id, state, delivery_count, delivered_at is not null from command c join source_server s using (source_no) where server_id like '{prefix}%'")
    return {server: (int(state), int(count), seen == "t") for server, state, count, seen in (line.split("|") for line in lines.splitlines())}


async def all_of(cluster, servers, options, leave):
    """A poll of each, some at a time; `leave` ends it."""
    room = asyncio.Semaphore(options.in_flight)

    async def one(number, server):
        async with room:
            poll = cluster.commits.polls[servers[server]] = Poll(server)
            try:
                await poll.send(cluster.balancer.port, cluster.agent, f"127.0.0.{2 + number % 200}")
                await leave(poll)
            except OSError:
                poll.refuse()
            return poll

    return await asyncio.gather(*(one(number, server) for number, server in enumerate(servers)))


async def before(cluster, servers, options, result):
    """Rounds of polls that are left long before their answer."""
    loop, chance = asyncio.get_running_loop(), random.Random(options.seed)
    margins, left, late, answers, asked, asked_after, rounds = [], {}, [], collections.Counter(), 0, 0, []
    starvation, starved = Starvation(cluster.balancer), []
    reset, given_to_server = set(), 0
    watching = asyncio.create_task(starvation.watch())

    async def leave(poll):
        if chance.random() < options.close:
            # The store's answer is on its way, and its instant known.
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(poll.announced, 10)
                await asyncio.sleep(poll.due - chance.uniform(SURELY_BEFORE, options.delay) - loop.time())
        else:
            await asyncio.sleep(chance.uniform(options.shortest, options.longest))
        poll.was_asked = poll.is_asked
        poll.hang_up()

    while len(margins) < options.polls and len(rounds) < 3 * options.polls / options.servers:
        chosen = {server: number for server, number in servers.items() if server not in left}
        polls = await all_of(cluster, dict(list(chosen.items())[:options.polls - len(margins)]), options, leave)
        state = await settled(cluster, "hang-", options.settle)
        too_late = [poll for poll in polls if poll.answer is None and poll.margin() < SURELY_BEFORE]
        early = [poll for poll in polls if poll.answer is None and poll.margin() >= SURELY_BEFORE]
        deaf = {poll for poll in early if starvation.after(poll) >= poll.margin() - 0.01}
        good = [poll for poll in early if poll not in deaf]
        starved += deaf
        answers.update(poll.kind_of_answer() for poll in polls if poll.answer is not None)
        margins += [poll.margin() for poll in good]
        asked += sum(poll.is_asked for poll in good)
        asked_after += sum(poll.is_asked and not poll.was_asked for poll in good)
        late += too_late
        rows = await asyncio.to_thread(rows_of, cluster, "hang-")
        leased = {server for server, (its_state, _, _) in rows.items() if its_state == 1} - set(left)
        answered = {server for server, (its_state, _, may_be_seen) in rows.items() if its_state != 1 and may_be_seen} - reset
        reset |= answered
        given_to_server += sum(poll.server in answered for poll in good)
        for poll in polls:
            if poll.server in leased:
                left[poll.server] = {"server": poll.server, "margin_ms": round(poll.margin() * 1000, 1), "kind": "counted" if poll in good else "no processor" if poll in deaf else "other",
                                     "no_processor_ms": round(1000 * starvation.after(poll), 1), "answer": None if poll.answer is None else poll.kind_of_answer(),
                                     "log": [line for line in cluster.balancer.lines() if f"/{poll.server}/" in line][-1:]}
                print(json.dumps(left[poll.server]), file=sys.stderr)
        rounds.append({"polls": len(polls), "surely_before": len(good), "later": len(too_late), "no_processor": len(deaf), "leases_stored": sum(poll.is_asked for poll in polls), **state})
        print(json.dumps(rounds[-1]), file=sys.stderr, flush=True)
    watching.cancel()
    known = sorted(margin for margin in margins if margin != float("inf"))
    result["before"] = {
        "aborted": len(margins), "leases_stored": asked, "of_them_after_the_hang_up": asked_after, "margin_ms_min_p1_p50": [round(1000 * known[int(share * (len(known) - 1))], 1) for share in (0, .01, .5)] if known else [None] * 3,
        "left": sum(each["kind"] == "counted" for each in left.values()),
        "given_back_after_a_reset": given_to_server, "all_given_back_after_a_reset": len(reset),
        "no_processor": len(starved), "no_processor_left": sum(each["kind"] == "no processor" for each in left.values()),
        "later": len(late), "later_left": sum(each["kind"] == "other" for each in left.values()),
        "answered_or_refused": dict(answers), "rounds": rounds, "examples": list(left.values())[:20],
        "balancer": dict(collections.Counter(f"{found[2]} {found[1]}" for line in cluster.balancer.lines()
                                             if (found := re.search(r"GET /v3/sources/hang-\S+ (\S+) \S+ \S+ (\S+)", line))))}


async def about(cluster, servers, calibration, options, result):
    """Polls that are left at about the instant of their answer."""
    loop, chance = asyncio.get_running_loop(), random.Random(options.seed + 1)
    waits = collections.deque(maxlen=40)
    all_waits = []

    async def leave(poll):
        poll.is_reset = chance.random() < 0.5
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(poll.announced, 20)
            poll.usual = statistics.median(waits)
            await asyncio.sleep(poll.due + poll.usual + chance.uniform(-ABOUT, ABOUT) - loop.time())
        poll.hang_up(poll.is_reset)
        if poll.due is not None:
            poll.offset = poll.at - poll.due - poll.usual

    async def wait(poll):
        with contextlib.suppress(asyncio.TimeoutError):
            poll.answer = await asyncio.wait_for(loop.sock_recv(poll.socket, 65_536), 60)
        if poll.answer and poll.due is not None:
            waits.append(loop.time() - poll.due)
            all_waits.append(waits[-1])
        poll.socket.close()

    # Some wait for their answers all the while, and tell when those come.
    calm = list(calibration.items())
    await all_of(cluster, dict(calm[:len(calm) // 4]), options, wait)
    mixed = list(servers.items()) + calm[len(calm) // 4:]
    chance.shuffle(mixed)
    polls = [poll for poll in await all_of(cluster, dict(mixed), options, lambda poll: (wait if poll.server in calibration else leave)(poll)) if poll.server in servers]
    await settled(cluster, "late-", options.settle)
    rows = await asyncio.to_thread(rows_of, cluster, "late-")
    table = {}
    for poll in polls:
        where = next((end for end in WHEN if end is not None and poll.offset is not None and poll.offset < end), None if poll.offset is None else float("inf"))
        state, count, seen = rows[poll.server]
        # One whose lease has run out since is pending, and its delivery counts.
        poll.became = "lease stays" if state == 1 or count > 0 else "given back, may have been seen" if seen else "given back, as never handed out"
        row = table.setdefault((list(WHEN).index(where), "reset" if poll.is_reset else "closed"), collections.Counter())
        row.update(["polls", poll.became] + (["answer had come"] if poll.answer is not None else ["lease stays, no byte had come"] if poll.became == "lease stays" else []))
    result["about"] = {"usual_wait_ms_quartiles": [round(1000 * each, 1) for each in statistics.quantiles(all_waits, n=4)],
                       "rows": [{"hung_up": list(WHEN.values())[where], "how": how, **row} for (where, how), row in sorted(table.items())],
                       "all": dict(collections.Counter(poll.became for poll in polls))}
    return {poll.server: poll.became for poll in polls}


async def afterwards(cluster, servers, became, result):
    """Without delay: each source server of the first part has its command at once; those of the second now or when the lease has run out."""
    cluster.link.delay = 0.0
    answers = await asyncio.to_thread(cluster.ask, servers)
    result["afterwards"] = {
        "polled": len(answers), "first_delivery": sum((status, count) == (200, "1") for _, _, status, count in answers), "told_to_come_again": sum(told for _, told, _, _ in answers),
        "other": dict(collections.Counter(f"{status}, delivery {count}" for _, _, status, count in answers if (status, count) != (200, "1")))}
    while int(await asyncio.to_thread(cluster.sql, f"select count(*) from command join source_server using (source_no) where server_id like 'late-%' and leased_until > {NOW}")):
        await asyncio.sleep(1)
    answers = await asyncio.to_thread(cluster.ask, became)
    result["afterwards"]["about"] = dict(collections.Counter(f"{became[server]}: {status}, delivery {count}" for server, _, status, count in answers))


async def measure(work, program, options, result):
    commits = Commits()
    cluster = SlowedCluster(work, program, commits.listener, FIRST_NO)
    cluster.commits = commits
    try:
        await cluster.start()
        servers = await asyncio.to_thread(cluster.prepare, "hang-", options.servers, "1h")
        cluster.link.delay = options.delay
        await before(cluster, servers, options, result)
        cluster.link.delay = 0.0
        late = await asyncio.to_thread(cluster.prepare, "late-", options.late, f"{options.late_lease}s")
        calibration = await asyncio.to_thread(cluster.prepare, "calm-", max(64, options.late // 4), "1h")
        cluster.link.delay = options.delay
        became = await about(cluster, late, calibration, options, result)
        await afterwards(cluster, servers, became, result)
    finally:
        await asyncio.to_thread(cluster.stop)


def parts_of(result):
    first, second, last = result["before"], result["about"], result["afterwards"]
    lines = [f"- polls aborted at least {1000 * SURELY_BEFORE:.0f} ms before any answer was possible: {first['aborted']:,}; no byte had come to any of them",
             f"- of them, polls whose lease the broker stored: {first['leases_stored']:,}, {first['of_them_after_the_hang_up']:,} after the agent had hung up",
             "- time from the hang-up to the earliest possible answer, ms: least {}, first percentile {}, median {}".format(*first["margin_ms_min_p1_p50"]),
             f"- **leases left: {first['left']}**",
             f"- given back only after the gateway had written its response and the connection broke: {first['given_back_after_a_reset']} of those counted, {first['all_given_back_after_a_reset']} of all",
             f"- aborted later than that, and not counted: {first['later']:,}, leases left: {first['later_left']}",
             f"- not counted either, as the balancer had no processor from the hang-up to within 10 ms of that answer or beyond: {first['no_processor']:,}, leases left: {first['no_processor_left']}",
             f"- answered or refused before they were aborted: {first['answered_or_refused'] or 'none'}",
             f"- what the balancer's log says of them all (how it ended, status): {first['balancer']}",
             f"- afterwards, without delay, one poll of each of {last['polled']:,} source servers: {last['first_delivery']:,} got their command as its first delivery, others: {last['other'] or 'none'}; polls that were told to come again first: {last['told_to_come_again']}"]
    rounds = ["| round | aborted surely before | later | balancer without processor | leases stored | leases in force then | commands as never handed out | most deliveries |", "|---|---|---|---|---|---|---|---|"]
    rounds += [f"| {number} | {r['surely_before']:,} | {r['later']:,} | {r['no_processor']:,} | {r['leases_stored']:,} | {r['in_force']} | {r['as_never_handed_out']:,} of {r['commands']:,} | {r['most_deliveries']} |"
               for number, r in enumerate(first["rounds"], 1)]
    names = ["polls", "answer had come", "given back, as never handed out", "given back, may have been seen", "lease stays", "lease stays, no byte had come"]
    table = ["About the answer, which comes {} ms (median; quartiles {} and {}) after the broker hears from the store:".format(*(second["usual_wait_ms_quartiles"][at] for at in (1, 0, 2))), "",
             "| hung up | connection | " + " | ".join(names) + " |", "|---|---|" + "---|" * len(names)]
    table += [f"| {row['hung_up']} | {row['how']} | " + " | ".join(str(row.get(name, 0)) for name in names) + " |" for row in second["rows"]]
    table += ["", "Polled again when the leases had run out:", *(f"- {what}: {count}" for what, count in sorted(last["about"].items()))]
    return [lines, rounds, table]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--polls", type=int, default=10_000, help="polls that are aborted at least 50 ms before any answer is possible")
    parser.add_argument("--servers", type=int, default=1_000, help="source servers; each polls once a round")
    parser.add_argument("--late", type=int, default=1_000, help="polls that are aborted up to 50 ms before or after the answer")
    parser.add_argument("--late-lease", type=int, default=120, metavar="SECONDS", help="visibility timeout of those")
    parser.add_argument("--delay", type=float, default=0.15, metavar="SECONDS", help="how long each piece between broker and PostgreSQL is held, each way")
    parser.add_argument("--shortest", type=float, default=0.05, metavar="SECONDS", help="the shortest time an agent waits")
    parser.add_argument("--longest", type=float, default=0.2, metavar="SECONDS", help="and the longest")
    parser.add_argument("--close", type=float, default=0.5, metavar="SHARE", help="of polls that are aborted instead while the store's answer is on its way")
    parser.add_argument("--in-flight", type=int, default=100, help="polls at one time")
    parser.add_argument("--settle", type=float, default=30, metavar="SECONDS", help="how long a lease may take to be given back")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program", help="the broker's built program; default: it is built")
    parser.add_argument("--keep", action="store_true", help="keep logs and data")
    parser.add_argument("--out", default=os.path.join(HERE, "results", "hangups.md"), help="the report; each run is a line of the .jsonl beside it")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    work = tempfile.mkdtemp(prefix="commandbroker-hangups-")
    os.chmod(work, 0o711)
    result = {"at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"), "machine": machine.describe(REPOSITORY),
              "load_average": os.getloadavg()[0], "delay_ms": 1000 * options.delay}
    try:
        asyncio.run(measure(work, options.program or publish(["broker"], work)["broker"], options, result))
    finally:
        if options.keep:
            print(f"Logs and data are in {work}.", file=sys.stderr)
        else:
            shutil.rmtree(work, ignore_errors=True)
    result["load_average_at_end"] = os.getloadavg()[0]
    with open(os.path.splitext(options.out)[0] + ".jsonl", "a", encoding="utf-8") as lines:
        lines.write(json.dumps(result) + "\n")
    report.write(options.out, "Polls whose agents hang up behind the balancer", {**result["machine"], "load average": f"{result['load_average']:.1f}, at the end {result['load_average_at_end']:.1f}"},
                 f"silo, gateway, HAProxy with deploy/haproxy.cfg; each piece between broker and PostgreSQL held for {1000 * options.delay:.0f} ms each way; agents hang up after "
                 f"{1000 * options.shortest:.0f} to {1000 * options.longest:.0f} ms, {options.close:.0%} of them while the store's answer is on its way instead, {options.in_flight} polls at one time from 200 addresses", parts_of(result))
    first, last = result["before"], result["afterwards"]
    return 0 if first["aborted"] >= options.polls and first["left"] == 0 and last["first_delivery"] + first["later_left"] + first["no_processor_left"] == last["polled"] else 1


if __name__ == "__main__":
    sys.exit(main())
