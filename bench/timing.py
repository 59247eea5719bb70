#!/usr/bin/env python3
"""Whether the time of a refusal tells what must not be told. See README.md."""
import argparse
import datetime
import json
import math
import os
import random
import secrets
import socket
import statistics
import sys
import tempfile
import time
import urllib.request

from harness import machine, report, signing, targets
from harness.http import call
from run import HERE, REPOSITORY, publish

SETTINGS = {"Identity__MaxKeysPerPrincipal": "1000", "Identity__SignInFreeFailures": "1000", "Identity__KeyLockFailures": "5"}


class Wire:
    """One kept connection; answers the status and how long the answer took, in microseconds."""

    def __init__(self, target):
        self.host = target.url.split("//")[1]
        name, port = self.host.split(":")
        self.socket = socket.create_connection((name, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, method, path, headers, body=b""):
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}", *(f"{name}: {value}" for name, value in headers)]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        request = "\r\n".join([*lines, "", ""]).encode() + body
        started = time.perf_counter_ns()
        self.socket.sendall(request)
        answer = self.socket.recv(65536)
        took = time.perf_counter_ns() - started
        head, _, rest = answer.partition(b"\r\n\r\n")
        length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0)
        while len(rest) < length:
            rest += self.socket.recv(65536)
        return int(head.split(b" ")[1]), took / 1000


def interleave(count, one, other):
    """Both kinds in random order, so that whatever changes meanwhile changes both."""
    order = [(one, 0)] * count + [(other, 1)] * count
    random.shuffle(order)
    took = ([], [])
    counters = [0, 0]
    for send, kind in order:
        took[kind].append(send(counters[kind]))
        counters[kind] += 1
    return took


def mann_whitney(one, other):
    """Two-sided p by the normal approximation, and the chance that a value of the second is above one of the first."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    ranks, i = [0.0, 0.0], 0
    while i < len(ranked):
        j = i
        while j < len(ranked) and ranked[j][0] == ranked[i][0]:
            j += 1
        for k in range(i, j):
            ranks[ranked[k][1]] += (i + j + 1) / 2
        i = j
    n, m = len(one), len(other)
    above = (ranks[1] - m * (m + 1) / 2) / (n * m)
    z = (above - 0.5) / math.sqrt((n + m + 1) / (12 * n * m))
    return math.erfc(abs(z) / math.sqrt(2)), above


def kolmogorov_smirnov(one, other):
    """Two-sided p by the limit distribution, and the largest distance."""
    values = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    seen, largest = [0, 0], 0.0
    for index, (value, kind) in enumerate(values):
        seen[kind] += 1
        if index + 1 == len(values) or values[index + 1][0] != value:
            largest = max(largest, abs(seen[0] / len(one) - seen[1] / len(other)))
    x = largest * math.sqrt(len(one) * len(other) / (len(one) + len(other)))
    return min(1.0, 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 101))) if x > 0.2 else 1.0, largest


def detectable(sample, other, runs=60):
    """The smallest shift that the rank test would have found in four of five such measurements at p < 0.01: simulated on what was measured."""
    pool, low, high = sample + other, 0.0, statistics.median(sample)
    for _ in range(9):
        shift = (low + high) / 2
        found = sum(mann_whitney(random.choices(pool, k=len(sample)), [v + shift for v in random.choices(pool, k=len(other))])[0] < 0.01 for _ in range(runs))
        low, high = (low, shift) if found >= 0.8 * runs else (shift, high)
    return high


def keys(target, wire, count):
    """An unknown key against a wrong signature of a known one; each key is used once, as the second time is cheaper for both."""
    admin = call(target.url, "GET", "/api/v1/users?name=operator", target.operator_token)["users"][0]["id"]
    known = [call(target.url, "POST", "/api/v1/keys", target.operator_token, {"user_id": admin}) for _ in range(count)]
    path = "/v3/sources/nobody/command"

    def poll(access_key, secret):
        date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        proof = signing.authorization(access_key, secret, path, wire.host, target.domain_id, date)
        return wire.send("GET", path, [("User-Agent", signing.USER_AGENT), ("X-Domain-Id", target.domain_id), ("X-Sdk-Date", date), ("Authorization", proof)])

    # The gateway hears of each new key once more, and forgets it then; afterwards a fleet's key is remembered.
    time.sleep(3)
    for key in known:
        assert poll(key["access_key"], key["secret_key"])[0] == 404

    def expect(access_key, secret):
        status, took = poll(access_key, secret)
        assert status == 401, status
        return took

    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    length = len(known[0]["access_key"])
    unknown = ["".join(secrets.choice(alphabet) for _ in range(length)) for _ in range(count)]
    return interleave(count, lambda i: expect(unknown[i], "x" * 40), lambda i: expect(known[i]["access_key"], "x" * 40))


def servers(target, wire, count):
    """A source server of another project against one that does not exist."""
    project = call(target.url, "POST", "/api/v1/projects", target.operator_token, {"name": "theirs"})["id"]
    call(target.url, "POST", "/api/v1/users", target.operator_token,
         {"name": "theirs", "roles": ["operator"], "project_id": project, "password": "correct horse battery"})
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "theirs", "password": "correct horse battery", "domain": {"id": target.domain_id}}}}}}

    answer = urllib.request.urlopen(urllib.request.Request(target.url + "/v3/auth/tokens", json.dumps(body).encode(), {"Content-Type": "application/json"}))
    token = answer.headers["X-Subject-Token"]
    foreign = [secrets.token_hex(16) for _ in range(count)]
    for server in foreign:
        call(target.url, "POST", "/v3/sources", token, {"id": server, "name": "n", "os_type": "LINUX"})
        call(target.url, "GET", f"/v3/sources/{server}/command", token)

    def poll(server):
        status, took = wire.send("GET", f"/v3/sources/{server}/command", [("X-Auth-Token", target.agent_token)])
        assert status == 404, status
        return took

    unknown = [secrets.token_hex(16) for _ in range(count)]
    return interleave(count, lambda i: poll(unknown[i]), lambda i: poll(foreign[i]))


def users(target, wire, count):
    """A user who does not exist against a wrong password."""
    def sign_in(name):
        body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": name, "password": "wrong password", "domain": {"id": target.domain_id}}}}}}
        status, took = wire.send("POST", "/v3/auth/tokens", [], json.dumps(body).encode())
        assert status == 401, status
        return took

    return interleave(count, lambda i: sign_in("nobo-" + secrets.token_hex(2)), lambda i: sign_in(target.user))


def row(name, unknown, known):
    rank_p, above = mann_whitney(unknown, known)
    ks_p, distance = kolmogorov_smirnov(unknown, known)
    middle = [statistics.median(part) for part in (unknown, known)]
    return (f"| {name} | {len(unknown):,} each | {middle[0]:,.0f} | {middle[1]:,.0f} | {statistics.quantiles(unknown, n=20)[-1]:,.0f} | {statistics.quantiles(known, n=20)[-1]:,.0f} "
            f"| {rank_p:.3f} | {above:.3f} | {ks_p:.3f} ({distance:.3f}) | {detectable(unknown, known):,.1f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--count", type=int, default=900, help="samples of each kind; of sign-ins a sixth")
    parser.add_argument("--storage", default="sqlite", help="sqlite, postgres, memory")
    parser.add_argument("--program", help="a published CommandBroker.Silo.dll; built when not given")
    parser.add_argument("--out", default=os.path.join(HERE, "results", "timing.md"))
    o = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="commandbroker-timing-") as work:
        os.chmod(work, 0o711)
        programs = {"broker": o.program} if o.program else publish({"broker"}, work)
        target = targets.Broker(f"broker-{o.storage}", work, programs, 0, **SETTINGS)
        try:
            wire = Wire(target)
            for _ in range(3_000):
                # Code that is not compiled yet would look like a difference.
                wire.send("GET", "/v3/sources/warm-up/command", [("X-Auth-Token", target.agent_token)])
            keys(target, wire, 60)
            lines = ["| refusal | samples | unknown, µs | known, µs | p95 unknown | p95 known | rank test p | known above unknown | KS p (distance) | found with 80 % power, µs |",
                     "|---|---|---|---|---|---|---|---|---|---|",
                     row("key: unknown, or wrong signature", *keys(target, wire, o.count)),
                     row("source server: unknown, or foreign", *servers(target, wire, o.count)),
                     row("user: unknown, or wrong password", *users(target, wire, max(20, o.count // 6)))]
        finally:
            target.stop()
    how = (f"one connection, random order of both kinds, {o.storage}; Mann-Whitney and Kolmogorov-Smirnov, both two-sided; 0.5 in the eighth column means that neither is slower; "
           "the last column is the smallest shift the rank test would have found four times out of five at p < 0.01")
    report.write(o.out, "What the time of a refusal tells", machine.describe(REPOSITORY), how, [lines])


if __name__ == "__main__":
    sys.exit(main())
