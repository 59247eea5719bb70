#!/usr/bin/env python3
"""What a good agent's polls notice of callers who have proven nothing. See README.md."""
import argparse
import asyncio
import datetime
import itertools
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time

from harness import machine, targets
from run import HERE, REPOSITORY, publish

SIGN_IN = json.dumps({"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "nobody", "password": "x", "domain": {"name": "default"}}}}}}).encode()


def percentile(sorted_times, share):
    return sorted_times[min(len(sorted_times) - 1, int(share * len(sorted_times)))]


async def answer_of(reader):
    """The status of one answer; its body is read to the end."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    await reader.readexactly(length)
    return int(head[9:12])


async def poll(port, server_id, token, seconds, rate):
    """Polls at a steady rate on one connection; the times in milliseconds and the answers that were not 200."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET /v3/sources/{server_id}/command HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Auth-Token: {token}\r\n\r\n".encode()
    times, bad, started = [], 0, time.perf_counter()
    for number in range(int(seconds * rate)):
        await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
        begun = time.perf_counter()
        writer.write(request)
        bad += await answer_of(reader) != 200
        times.append((time.perf_counter() - begun) * 1_000)
    writer.close()
    return sorted(times), bad


async def slow_body(port, counts):
    """A body of a made-up access key that comes a byte at a time, again and again."""
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    head = (f"POST /v3/sources/a/command_result HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1048576\r\nX-Sdk-Date: {date}\r\n"
            f"Authorization: SDK-HMAC-SHA256 Access=AKMADEUP, SignedHeaders=x-sdk-date, Signature={'0' * 64}\r\n\r\n").encode()
    while True:
        writer = None
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            counts["slow bodies begun"] += 1
            writer.write(head)
            while not writer.transport.is_closing():
                writer.write(b"{")
                await writer.drain()
                await asyncio.sleep(2)
        except OSError:
            await asyncio.sleep(1)
        finally:
            if writer is not None:
                writer.close()


async def repeat(port, request, counts, name, times):
    """One request after the other on one connection."""
    for _ in range(times):
        writer = None
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            while True:
                if counts[name] >= times:
                    return
                counts[name] += 1
                writer.write(request)
                status = await answer_of(reader)
                counts[f"{name} {status}"] = counts.get(f"{name} {status}", 0) + 1
        except (OSError, asyncio.IncompleteReadError):
            await asyncio.sleep(0.1)
        finally:
            if writer is not None:
                writer.close()


async def attack(port, options, counts):
    ready = f"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    sign_in = f"POST /v3/auth/tokens HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(SIGN_IN)}\r\n\r\n".encode() + SIGN_IN
    await asyncio.gather(
        *(slow_body(port, counts) for _ in range(options.slow)),
        *(repeat(port, ready, counts, "readyz", 10**9) for _ in range(options.ready)),
        *(repeat(port, sign_in, counts, "sign-ins", options.sign_ins) for _ in range(20)))


def attack_in_a_process(port, options, turns):
    """Attacks from one turn to the next, and not before the first and between the second and the third, and so on; None is the end."""
    os.nice(options.attackers_nice)
    counts = {"slow bodies begun": 0, "readyz": 0, "sign-ins": 0}

    async def run():
        while await asyncio.to_thread(turns.recv):
            task = asyncio.create_task(attack(port, options, counts))
            await asyncio.to_thread(turns.recv)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            turns.send(True)

    asyncio.run(run())
    turns.send(counts)


def measure(broker, options):
    """The sorted times and the bad answers of the polls without and with the attack, in turn, and what the attack did."""
    broker.register("good-agent-", 1)
    server_id = broker.ids("good-agent-", 1)[0]
    here, there = multiprocessing.Pipe()
    attacker = multiprocessing.Process(target=attack_in_a_process, args=(broker.port, options, there), daemon=True)
    attacker.start()
    rounds = []
    asyncio.run(poll(broker.port, server_id, broker.agent_token, 3, options.rate))
    for _ in range(options.rounds):
        without = asyncio.run(poll(broker.port, server_id, broker.agent_token, options.seconds, options.rate))
        here.send(True)
        time.sleep(options.settle)
        during = asyncio.run(poll(broker.port, server_id, broker.agent_token, options.seconds, options.rate))
        here.send(True)
        here.recv()
        time.sleep(options.settle)
        rounds.append((without, during))
        print(f"p99 without {percentile(without[0], .99):.1f} ms, with {percentile(during[0], .99):.1f} ms", flush=True)
    here.send(None)
    return rounds, here.recv()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slow", type=int, default=2_000, help="connections that send a body slowly")
    parser.add_argument("--ready", type=int, default=300, help="connections that ask for /readyz")
    parser.add_argument("--sign-ins", type=int, default=20_000, help="wrong sign-ins, of all rounds together")
    parser.add_argument("--rounds", type=int, default=5, help="rounds; each is measured without the attack and then with it")
    parser.add_argument("--seconds", type=float, default=10, help="how long is polled in a round without the attack, and with it")
    parser.add_argument("--settle", type=float, default=3, help="seconds between the two")
    parser.add_argument("--rate", type=float, default=50, help="polls a second")
    parser.add_argument("--attackers-nice", type=int, default=19, help="the attackers' niceness; they would be other machines")
    parser.add_argument("--program", help="the broker's built program; default: it is built")
    parser.add_argument("--output", default=os.path.join(HERE, "results", "callers.jsonl"))
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with tempfile.TemporaryDirectory(prefix="commandbroker-callers-") as work:
        os.chmod(work, 0o711)
        program = options.program or publish(["broker"], work)["broker"]
        broker = targets.Broker("broker-sqlite", work, {"broker": program}, 1)
        try:
            rounds, counts = measure(broker, options)
        finally:
            broker.stop()
    without, during = (sorted(itertools.chain.from_iterable(one[phase][0] for one in rounds)) for phase in (0, 1))
    ratios = sorted(percentile(one[1][0], .99) / percentile(one[0][0], .99) for one in rounds)
    result = {
        "at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": machine.describe(REPOSITORY),
        "load_average": os.getloadavg()[0],
        "rounds": len(rounds),
        **{f"{name}_{phase}_ms": round(percentile(times, share), 2)
           for phase, times in (("without", without), ("during", during)) for name, share in (("p50", .5), ("p99", .99))},
        "p99_ratio": round(percentile(during, .99) / percentile(without, .99), 2),
        "p99_ratio_of_rounds": [round(ratio, 2) for ratio in ratios],
        "polls_during": len(during),
        "not_200_without": sum(one[0][1] for one in rounds), "not_200_during": sum(one[1][1] for one in rounds), "attack": counts,
    }
    with open(options.output, "a", encoding="utf-8") as lines:
        lines.write(json.dumps(result) + "\n")
    print(json.dumps(result, indent=1))
    return 0 if result["p99_ratio"] <= 3 else 1


if __name__ == "__main__":
    sys.exit(main())
