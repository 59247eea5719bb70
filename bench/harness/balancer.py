"""deploy/haproxy.cfg as a process in front of gateways on this machine."""
import os
import re
import subprocess
import time
import urllib.error
import urllib.request

from .cluster import REPOSITORY
from .targets import free_port


class Balancer:
    """HAProxy with the repository's own configuration; only its gateways are put in, as deploy/local/cluster.sh puts them in."""

    def __init__(self, work, gateway_ports):
        self.port, health = free_port(), free_port()
        self.log_path = os.path.join(work, "balancer.log")
        with open(os.path.join(REPOSITORY, "deploy", "haproxy.cfg"), encoding="utf-8") as file:
            text = re.sub(r"(?ms)^resolvers .*?^$\n", "", file.read())
        text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("    server "))
        path = os.path.join(work, "haproxy.cfg")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + "".join(f"    server gateway-{number} 127.0.0.1:{port}\n" for number, port in enumerate(gateway_ports, 1)))
        self.log = open(self.log_path, "wb")
        environment = dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin",
                           BALANCER_BIND=f"127.0.0.1:{self.port}", BALANCER_HEALTH_BIND=f"127.0.0.1:{health}")
        self.process = subprocess.Popen(["haproxy", "-db", "-f", path], stdout=self.log, stderr=self.log, env=environment)
        self._wait(f"http://127.0.0.1:{health}/")
        self.url = f"http://127.0.0.1:{self.port}"

    def lines(self):
        """The access log so far."""
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()

    def waited(self):
        """Seconds that its threads have been ready to run and had no processor, longest first; each counts when it has one again."""
        waits = []
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            with open(f"/proc/{self.process.pid}/task/{task}/schedstat", encoding="ascii") as file:
                waits.append(int(file.read().split()[1]) / 1e9)
        return waits

    def stop(self):
        self.process.terminate()
        self.process.wait(40)
        self.log.close()

    def _wait(self, url):
        deadline = time.monotonic() + 120
        while True:
            try:
                with urllib.request.urlopen(url, timeout=5):
                    return
            except (OSError, urllib.error.URLError):
                if time.monotonic() > deadline or self.process.poll() is not None:
                    self.stop()
                    raise RuntimeError(f"HAProxy did not find a gateway that is ready; see {self.log_path}.") from None
                time.sleep(0.1)
