"""deploy/local/cluster.sh with load on it, and what its processes take."""
import json
import os
import re
import subprocess
import time

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TICKS = os.sysconf("SC_CLK_TCK")


class Cluster:
    """deploy/local/cluster.sh, with room for the fleet."""

    def __init__(self, work, programs, silos, gateways, agents):
        self.script = os.path.join(REPOSITORY, "deploy", "local", "cluster.sh")
        self.environment = dict(
            os.environ, COMMANDBROKER_DATA=work, COMMANDBROKER_SILO_DLL=programs["silo"], Sources__MaxCount=str(2 * agents),
            Logging__LogLevel__Default="Warning")
        self.shape = [str(silos), str(gateways)]

    def run(self, *verb):
        return subprocess.run([self.script, *verb], env=self.environment, check=True, capture_output=True, text=True).stdout

    def up(self):
        self.run("up", *self.shape)
        credentials = json.load(open(os.path.join(self.environment["COMMANDBROKER_DATA"], "dev-credentials.json")))
        self.target = credentials["endpoint"].removeprefix("http://")
        self.operator, self.agent = credentials["token"], credentials["agent_token"]

    def register(self, prefix, count):
        """Writes the rows that registrations leave: 100,000 calls would take minutes, and what they cost is not the question here."""
        secrets = dict(line.split("=", 1) for line in open(os.path.join(self.environment["COMMANDBROKER_DATA"], "cluster", "secrets")).read().splitlines())
        port = self.members("postgres")[0]["ports"]["sql"]
        subprocess.run(
            ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(port), "-U", "broker", "-d", "postgres", "-c", f"""
             insert into source_server (server_id, name, name_folded, os_type, details, registered_at)
             select '{prefix}' || lpad(i::text, 6, '0'), 'herd', 'HERD', 'LINUX', '{{}}', 639000000000000000 from generate_series(0, {count} - 1) i;
             update project_total set registered_count = registered_count + {count};
             insert into project_total (project_id, registered_count) select project_id, {count} from source_server limit 1 on conflict do nothing;"""],
            env=dict(os.environ, PGPASSWORD=secrets["database_password"]), check=True)

    def members(self, *roles):
        return [m for m in json.loads(self.run("status", "--json")) if m["role"] in roles]

    def outage(self):
        """Silos and gateways end, and begin again with nothing in memory."""
        names = [m["name"] for m in self.members("gateway", "silo")]
        for verb in ("stop", "start"):
            for name in names:
                self.run(verb, name)
        for member in self.members("gateway", "silo"):
            self.ready(member["ports"]["http"])

    def ready(self, port):
        for _ in range(600):
            if subprocess.run(["curl", "-sf", "-m", "2", "-o", "/dev/null", f"http://127.0.0.1:{port}/readyz"], check=False).returncode == 0:
                return
            time.sleep(0.1)
        raise SystemExit(f"Nothing is ready on port {port} after 60 s.")

    def down(self):
        self.run("down", "--wipe")


def resident(pid):
    try:
        return int(re.search(r"RssAnon:\s+(\d+)", open(f"/proc/{pid}/status").read()).group(1)) / 1024
    except (OSError, AttributeError):
        return 0.0


def cpu(pid):
    """Seconds of CPU of a process and of all that it started."""
    total, parents, ticks = 0, {}, {}
    for each in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = open(f"/proc/{each}/stat").read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        # Own time, and that of children that have ended: connections of PostgreSQL come and go, and a difference without them can be below nothing.
        parents[int(each)], ticks[int(each)] = int(fields[1]), sum(map(int, fields[11:15]))
    family = {pid}
    for _ in range(4):
        family |= {each for each, parent in parents.items() if parent in family}
    for each in family:
        total += ticks.get(each, 0)
    return total / TICKS


class Drivers:
    """Starts bench/Herd against a cluster's balancer."""

    def __init__(self, program, cluster):
        self.program, self.cluster, self.started = program, cluster, []

    def start(self, mode, token, **named):
        flags = [text for name, value in named.items() for text in (f"--{name}", str(value))]
        # What an agent does next it does on the thread that read its answer: handing it to another one cost a herd of drivers a quarter of what they took,
        # on the cores that the cluster needs. And they compile once.
        environment = dict(os.environ, DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS="1", DOTNET_TieredPGO="0")
        process = subprocess.Popen(["chrt", "-b", "0", "dotnet", self.program, mode, "--target", self.cluster.target, "--token", token, *flags], stdout=subprocess.PIPE, text=True,
                                env=environment, start_new_session=True)
        self.started.append(process)
        return process

    def stop(self):
        """What still runs: in sessions of their own, drivers do not hear the terminal's interrupt."""
        for process in self.started:
            if process.poll() is None:
                process.terminate()

    def run(self, mode, token, **named):
        return json.loads(self.start(mode, token, **named).communicate()[0])


def publish(work):
    programs = {}
    for name, project, dll in (("silo", "silo", "CommandBroker.Silo.dll"), ("herd", "bench/Herd", "CommandBroker.Herd.dll")):
        programs[name] = os.path.join(work, name, dll)
        if os.path.exists(programs[name]):
            continue
        subprocess.run(["dotnet", "publish", os.path.join(REPOSITORY, project), "-c", "Release", "-o", os.path.join(work, name), "--nologo", "-v", "q",
                        "-p:RunAnalyzers=false"], check=True, stdout=subprocess.DEVNULL)
    return programs
