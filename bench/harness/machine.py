"""What the machine is, and how much of it others used meanwhile."""
import os
import platform
import re
import signal
import subprocess
import sys
import time

# A run that is ended must still end what it started: this is what makes a SIGTERM go through every finally.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

TICKS = os.sysconf("SC_CLK_TCK")


def _text(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def describe(repository):
    """One line for each fact that a reader needs to compare two results."""
    cpu = open("/proc/cpuinfo").read()
    model = re.search(r"model name\s*: (.*)", cpu)
    memory = int(re.search(r"MemTotal:\s+(\d+)", open("/proc/meminfo").read()).group(1)) / 1048576
    changed = " with changes" if _text("git", "-C", repository, "status", "--porcelain", "--untracked-files=no") else ""
    return {
        "commit": _text("git", "-C", repository, "rev-parse", "--short=12", "HEAD") + changed,
        "cpu": f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB",
        "kernel": platform.release(),
        "dotnet": _text("dotnet", "--list-runtimes").splitlines()[0].split(" [")[0],
        "postgres": _text(postgres_bin("postgres"), "--version"),
        "redis": _text("redis-server", "--version").split(" sha")[0],
    }


def postgres_bin(name):
    """The newest installed server's program, else whatever the path holds."""
    root = "/usr/lib/postgresql"
    versions = sorted((v for v in os.listdir(root) if v.isdigit()), key=int) if os.path.isdir(root) else []
    return f"{root}/{versions[-1]}/bin/{name}" if versions else name


def _processes():
    """Of each process: its parent, what it took itself, and what its ended children took, in ticks."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        found[int(pid)] = int(fields[1]), int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
    return found


def _family(parents, roots):
    """The roots and all below them."""
    family = set(roots)
    # A child has a higher number than its parent but where numbers have wrapped; a few rounds settle that.
    for _ in range(4):
        family |= {pid for pid, parent in parents.items() if parent in family}
    return family


def cpu_ticks(roots):
    """Ticks that processes took so far, with their children, running and ended."""
    found = _processes()
    family = _family({pid: row[0] for pid, row in found.items()}, roots)
    return sum(own + ended for pid, (_, own, ended) in found.items() if pid in family)


class CpuWatch:
    """Counts the CPU that processes outside the measured family took between two looks."""

    def __init__(self, roots):
        self.roots = set(roots)
        self.start = time.monotonic()
        self.before = self._foreign()

    def foreign_cores(self):
        """Cores that others kept busy since the start."""
        now = self._foreign()
        used = sum(ticks - self.before.get(pid, 0) for pid, ticks in now.items())
        return used / TICKS / (time.monotonic() - self.start)

    def _foreign(self):
        found = _processes()
        mine = _family({pid: row[0] for pid, row in found.items()}, self.roots)
        return {pid: own for pid, (_, own, _) in found.items() if pid not in mine}
