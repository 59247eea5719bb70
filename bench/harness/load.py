"""One measurement."""
import json
import os
import re
import subprocess

from . import signing
from .machine import CpuWatch

SCRIPT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "wrk", "scenarios.lua")


def wrk(target, scenario, round_number, seconds, connections, delay_ms=0):
    """Runs wrk once and answers its figures with the CPU that others took meanwhile. Each connection waits delay_ms before a request."""
    environment = dict(os.environ, SCENARIO=scenario, SERVERS=str(target.servers), PREFIX=target.prefix(scenario, round_number),
                       AGENT_TOKEN=target.agent_token, OPERATOR_TOKEN=target.operator_token, DELAY_MS=str(delay_ms))
    if scenario == "idle-signed":
        environment["HEADERS"] = os.path.join(target.work, "headers")
        signing.write(target, environment["PREFIX"], environment["HEADERS"])
    watch = CpuWatch([os.getpid()])
    done = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", SCRIPT, target.url],
                          env=environment, capture_output=True, text=True, check=False)
    foreign = watch.foreign_cores()
    found = re.search(r"RESULT (\{.*\})", done.stdout)
    if not found:
        raise RuntimeError(f"wrk said nothing of {target.name}: {(done.stdout + done.stderr)[-400:]}")
    return {"target": target.name, "scenario": scenario, "round": round_number, "foreign_cores": round(foreign, 2), **json.loads(found.group(1))}
