"""A silo and a gateway behind the balancer, with a slow link to PostgreSQL; source servers with one command each."""
import asyncio
import base64
import http.client
import json
import os
import secrets
import time
from concurrent.futures import ThreadPoolExecutor

from . import targets
from .balancer import Balancer
from .postgres import Postgres
from .slow_link import SlowLink


class SlowedCluster:
    """PostgreSQL, a slow link to it, a silo, a gateway and HAProxy. `listen` is the link's; numbers of source servers in the store begin at `first_no`."""

    def __init__(self, work, program, listen, first_no):
        self.work, self.program, self.listen, self.first_no = work, program, listen, first_no
        self.operator, self.agent = secrets.token_hex(32), secrets.token_hex(32)
        self.started = []

    async def start(self):
        self.postgres = await asyncio.to_thread(Postgres, os.path.join(self.work, "pg"), targets.free_port())
        self.started.append(self.postgres)
        connection = await asyncio.to_thread(self.postgres.create, "broker")
        self.link = SlowLink(self.postgres.port, self.listen)
        await self.link.start()
        self.started.append(self.link)
        common = {"ASPNETCORE_ENVIRONMENT": "Production", "Logging__LogLevel__Default": "Warning", "Storage__Provider": "postgres",
                  "Storage__ConnectionString": connection.replace(f"Port={self.postgres.port}", f"Port={self.link.port}")}
        await asyncio.to_thread(self._role, "silo", {
            **common, "Silo__SiloPort": str(targets.free_port()), "Silo__GatewayPort": str(targets.free_port()), "DOTNET_gcServer": "0",
            "Identity__MasterKey": base64.b64encode(os.urandom(32)).decode(), "Credentials__OperatorToken": self.operator, "Credentials__AgentToken": self.agent})
        gateway = await asyncio.to_thread(self._role, "gateway", {**common, "Gateway__TrustedProxies": "127.0.0.1"})
        self.balancer = await asyncio.to_thread(Balancer, self.work, [gateway.port])
        self.started.append(self.balancer)
        self.sql(f"alter table source_server alter column source_no restart with {self.first_no}")

    def _role(self, role, environment):
        process = targets.Target(role, self.work, 0)
        self.started.append(process)
        # They stand back behind the balancer, as in deploy/local/cluster.sh: it is what tells a gateway that a client has gone.
        process.start(self.program, ["nice", "-n", "5", "chrt", "-b", "0"], Silo__Role=role, **environment)
        process.wait("/readyz", 300)
        return process

    def stop(self):
        for each in reversed(self.started):
            each.stop()

    def sql(self, text):
        return self.postgres.sql("broker", text)

    def prepare(self, prefix, count, lease):
        """Source servers with one command each, and leases of a length of their own."""
        ids = [f"{prefix}{number:06d}" for number in range(count)]
        self.call_all("POST", lambda i: "/v3/sources", ids,
                      lambda i: {"id": i, "name": i, "os_type": "LINUX", "os_version": "12", "ip": "10.0.0.1", "agent_version": "1"})
        self.call_all("PUT", lambda i: f"/api/v1/sources/{i}/settings", ids, lambda i: {"visibility_timeout": lease})
        # The gateway knows them then, as it knows those that poll all the time.
        self.ask(ids)
        self.call_all("POST", lambda i: f"/api/v1/sources/{i}/commands", ids, lambda i: {"command_name": "START", "command_param": {"task_id": i}})
        numbers = dict(line.split("|") for line in self.sql(f"select server_id, source_no from source_server where server_id like '{prefix}%'").splitlines())
        return {i: int(numbers[i]) - self.first_no for i in ids}

    def call_all(self, method, path, ids, body):
        """The same call for each source server. One that is told to come again does, as on a busy machine."""

        def one(i):
            for _ in range(20):
                connection = http.client.HTTPConnection("127.0.0.1", self.balancer.port, timeout=60)
                connection.request(method, path(i), json.dumps(body(i)), {"X-Auth-Token": self.operator, "Content-Type": "application/json", "Idempotency-Key": i})
                answer = connection.getresponse()
                text = answer.read()
                connection.close()
                if answer.status < 300:
                    return
                if answer.status != 503:
                    break
                time.sleep(1)
            raise RuntimeError(f"{method} {path(i)} answered {answer.status}: {text[:300].decode(errors='replace')}")

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(one, ids))

    def ask(self, servers):
        """Polls each source server until it is not told to come again; how often it was told, the status, and the delivery count of its command."""

        def one(server):
            for told in range(20):
                connection = http.client.HTTPConnection("127.0.0.1", self.balancer.port, timeout=60)
                connection.request("GET", f"/v3/sources/{server}/command", headers={"X-Auth-Token": self.agent})
                answer = connection.getresponse()
                answer.read()
                connection.close()
                if answer.status != 503:
                    break
                time.sleep(1)
            return server, told, answer.status, answer.headers.get("X-Delivery-Count")

        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(one, servers))
