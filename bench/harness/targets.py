"""What is measured: how each is started, filled and stopped."""
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

from .http import call, in_parallel
from .postgres import Postgres


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Target:
    """A process that answers the three routes."""

    def __init__(self, name, work, servers):
        self.name, self.work, self.servers = name, os.path.join(work, name), servers
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.agent_token = self.operator_token = "peer-token"
        self.backends = []
        os.makedirs(self.work)
        os.chmod(self.work, 0o711)

    def start(self, program, before=(), **environment):
        """`before` is what goes before the command, as nice and its arguments."""
        self.log = open(os.path.join(self.work, "log"), "wb")
        self.process = subprocess.Popen([*before, "dotnet", program], stdout=self.log, stderr=self.log, cwd=self.work,
                                        env=dict(os.environ, ASPNETCORE_URLS=self.url, PEER_TOKEN="peer-token", **environment))
        self.backends.append(self.process)

    def wait(self, path, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            try:
                with urllib.request.urlopen(urllib.request.Request(self.url + path, headers={"X-Auth-Token": "peer-token"}), timeout=5) as answer:
                    return answer.read()
            except (OSError, urllib.error.URLError):
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise RuntimeError(f"{self.name} did not start; see {self.work}/log.") from None
                time.sleep(0.1)

    def prefix(self, scenario, round_number):
        """The beginning of the source servers' ids in one measurement."""
        return "f32ab4d6-d150-4fb3-aa55-"

    def prepare(self, scenario, round_number):
        """Leaves every queue of the coming measurement empty and ready."""
        if self.name != "bare":
            call(self.url, "POST", "/reset", "peer-token")

    def stop(self):
        for backend in self.backends:
            backend.terminate()
        for backend in self.backends:
            backend.wait(40)


class Bare(Target):
    def __init__(self, name, work, programs, servers):
        super().__init__(name, work, servers)
        self.start(programs["bare"])
        self.wait("/v3/sources/x/command")


class RedisList(Target):
    """Redis that flushes its append-only file before it answers."""

    def __init__(self, name, work, programs, servers):
        super().__init__(name, work, servers)
        port = free_port()
        self.backends.append(subprocess.Popen(
            ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", self.work,
             "--appendonly", "yes", "--appendfsync", "always", "--loglevel", "warning"], stdout=subprocess.DEVNULL))
        self.start(programs["redis-list"], REDIS=f"127.0.0.1:{port},allowAdmin=true,connectRetry=20")
        self.wait("/v3/sources/x/command")


class PostgresTable(Target):
    """One table, SKIP LOCKED; the part of the name after the last dash is the mode."""

    def __init__(self, name, work, programs, servers):
        super().__init__(name, work, servers)
        self.postgres = Postgres(os.path.join(self.work, "pg"), free_port())
        self.start(programs["postgres-table"], MODE=name.rsplit("-", 1)[1], POSTGRES=self.postgres.create("queue"))
        self.wait("/v3/sources/x/command")

    def stop(self):
        super().stop()
        self.postgres.stop()


class Broker(Target):
    """This project. A measurement that leaves commands behind gets source servers of its own, as peers get an emptied store."""

    def __init__(self, name, work, programs, servers, finished=0, **environment):
        super().__init__(name, work, servers)
        self.finished = finished
        self.postgres = Postgres(os.path.join(self.work, "pg"), free_port()) if "postgres" in name else None
        data = os.path.join(self.work, "data")
        self.database = {"Storage__Provider": name.split("-")[1], "Storage__DataDirectory": data}
        if self.postgres:
            self.database["Storage__ConnectionString"] = self.postgres.create("broker")
        if finished:
            subprocess.run(["dotnet", programs["preload"], "--finished", str(finished), "--servers", str(servers), "--prefix", self.prefix("life", 0)],
                           check=True, env=dict(os.environ, **self.database))
            if self.postgres:
                self.postgres.sql("broker", "VACUUM ANALYZE")
        self.how = (programs["broker"], {"ASPNETCORE_ENVIRONMENT": "Development", "Logging__LogLevel__Default": "Warning", **self.database, **environment})
        self.run()
        credentials = json.load(open(os.path.join(data, "dev-credentials.json")))
        self.operator_token, self.agent_token = credentials["token"], credentials["agent_token"]
        self.access_key, self.secret_key, self.domain_id, self.user = (credentials[name] for name in ("access_key", "secret_key", "domain_id", "user"))
        self.known = set()

    def run(self):
        program, environment = self.how
        self.start(program, **environment)
        self.wait("/readyz")

    def restart(self):
        """The same broker anew on the same data."""
        self.backends.remove(self.process)
        self.process.terminate()
        self.process.wait(40)
        self.run()

    def prefix(self, scenario, round_number):
        number = {"idle": 0, "idle-signed": 0, "life": 1}.get(scenario, 10 + round_number)
        return f"f32ab4d6-d150-4fb3-{number:04d}-"

    def ids(self, prefix, count=None):
        return [f"{prefix}{i:012d}" for i in range(count or self.servers)]

    def register(self, prefix, count=None):
        in_parallel(self.url, (("POST", "/v3/sources", self.operator_token,
                                {"id": i, "name": i[-12:], "os_type": "LINUX", "os_version": "12", "ip": "10.0.0.1", "agent_version": "1"})
                               for i in self.ids(prefix, count)))

    def prepare(self, scenario, round_number):
        prefix = self.prefix(scenario, round_number)
        if prefix in self.known:
            return
        self.register(prefix)
        # A first poll loads the queue; that belongs to a start, not to the traffic that is measured.
        in_parallel(self.url, (("GET", f"/v3/sources/{i}/command", self.agent_token, None) for i in self.ids(prefix)))
        self.known.add(prefix)

    def ended_count(self, prefix, sample=20):
        """Ended commands of a few source servers: shows that a life was a life."""
        step = max(1, self.servers // sample)
        return sum(call(self.url, "GET", f"/api/v1/sources/{i}/commands", self.operator_token)["history_count"] for i in self.ids(prefix)[::step])

    def stop(self):
        super().stop()
        if self.postgres:
            self.postgres.stop()


def remove(work):
    shutil.rmtree(work, ignore_errors=True)
