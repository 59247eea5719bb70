"""A PostgreSQL server of our own: ordinary user, fsync on, loopback, gone afterwards."""
import os
import pwd
import signal
import subprocess
import time

from .machine import postgres_bin


class Postgres:
    """initdb refuses to run as root, so root hands the files to an ordinary user and starts the server as that."""

    def __init__(self, directory, port):
        self.directory, self.port = directory, port
        self._as = []
        os.makedirs(directory, mode=0o700)
        if os.geteuid() == 0:
            user = next(pwd.getpwnam(name) for name in ("postgres", "nobody") if _exists(name))
            os.chown(directory, user.pw_uid, user.pw_gid)
            self._as = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        subprocess.run([*self._as, postgres_bin("initdb"), "-D", directory, "-A", "trust", "-U", "broker", "-E", "UTF8", "--no-sync"],
                       check=True, stdout=subprocess.DEVNULL, cwd="/")
        settings = {
            "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "on", "synchronous_commit": "on",
            "shared_buffers": "512MB", "max_connections": "100", "max_wal_size": "4GB", "checkpoint_timeout": "15min",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.log = open(f"{directory}.log", "wb")
        self.process = subprocess.Popen([*self._as, postgres_bin("postgres"), "-D", directory, "-p", str(port), *options],
                                        stdout=self.log, stderr=self.log, cwd="/")
        deadline = time.monotonic() + 30
        while subprocess.run([postgres_bin("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)], check=False).returncode:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(f"PostgreSQL did not start; see {directory}.log.")
            time.sleep(0.1)

    def create(self, database):
        """Makes a database and answers its Npgsql connection string."""
        self.sql("postgres", f'CREATE DATABASE "{database}"')
        return f"Host=127.0.0.1;Port={self.port};Username=broker;Database={database}"

    def sql(self, database, text):
        return subprocess.run(self._psql(database) + ["-c", text], check=True, capture_output=True, text=True).stdout.strip()

    def hold_snapshot(self, database):
        """Opens a transaction that keeps vacuum from removing anything deleted after it. Close its stdin to end it."""
        session = subprocess.Popen(self._psql(database), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        session.stdin.write("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT txid_current_snapshot();\n")
        session.stdin.flush()
        if not session.stdout.readline().strip():
            raise RuntimeError("The transaction that holds vacuum back did not open.")
        return session

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        self.log.close()

    def _psql(self, database):
        return [postgres_bin("psql"), "-qXAt", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U", "broker", "-d", database]


def _exists(name):
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
