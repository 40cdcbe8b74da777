"""Starts real servers, each in its own directory and process group, and ends every one of them again."""

import ctypes
import os
import pathlib
import pwd
import shutil
import signal
import socket
import string
import subprocess
import sys
import tempfile
import threading
import time

import certs

USER = "zoo"
START_SECONDS = 90
COMMAND_SECONDS = 60
PR_SET_CHILD_SUBREAPER = 36


class ZooError(Exception):
    pass


def tail(path, lines=6):
    try:
        return "\n".join(pathlib.Path(path).read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def accepts(address, port):
    try:
        socket.create_connection((address, port), timeout=1).close()
        return True
    except OSError:
        return False


def is_bound(port):
    """Whether somebody has this UDP port, on whatever address: nobody accepts anything there."""
    listed = [line.split()[1] for table in ("/proc/net/udp", "/proc/net/udp6")
              for line in pathlib.Path(table).read_text().splitlines()[1:]]
    return f"{port:04X}" in {local.split(":")[1] for local in listed}


class Box:
    """One running server of a spec."""

    def __init__(self, spec, zoo):
        self.spec = spec
        self.zoo = zoo
        self.process = None
        self.address = zoo.addresses(spec.host)
        self.dir = zoo.root / spec.name.replace(":", "-")
        self.ports = {name: zoo.next_port() for name in ("P", "P2", "P3", "P4", "P5", "P6")}
        if spec.port:
            self.ports["P"] = spec.port
        self.env = self._environment()

    def _environment(self):
        # TMPDIR is the box's own: a starting mariadbd deletes the temporary tables of its neighbours in a shared one.
        plain = {"A": self.address, "D": str(self.dir), "C": str(self.zoo.certs)}
        plain.update((name, str(port)) for name, port in self.ports.items())
        expand = lambda text: string.Template(text).safe_substitute(plain)
        env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
               "HOME": str(self.dir), "TMPDIR": str(self.dir), "CLIENT": expand(self.spec.client), **plain}
        env.update((name, expand(value)) for name, value in self.spec.env.items())
        return env

    def _popen(self, script, **more):
        who = {} if self.spec.root else self.zoo.who
        return subprocess.Popen(["/bin/sh", "-ec", script], cwd=self.dir, env=self.env, start_new_session=True,
                                **who, **more)

    def sh(self, script, stdin="", check=True):
        """Run a shell line as the server's user, in its directory, and give back what it prints."""
        process = self._popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            out, err = process.communicate(stdin, timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise ZooError(f"{script!r} did not end in {COMMAND_SECONDS} s") from None
        if check and process.returncode != 0:
            raise ZooError(f"{script!r} exits {process.returncode}: {(err or out).strip()[-400:]}")
        return out.strip()

    def client(self, arguments, stdin=""):
        return self.sh("exec $CLIENT " + arguments, stdin)

    def start(self):
        self.dir.mkdir()
        self._write_files()
        self.zoo.give(self.dir)
        if self.spec.prepare:
            self.sh(self.spec.prepare)
        with open(self.dir / "log", "wb") as log:
            self.process = self._popen("exec " + self.spec.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._wait()
        if callable(self.spec.seed):
            self.spec.seed(self)
        elif self.spec.seed:
            self.sh(self.spec.seed)

    def _write_files(self):
        for name, text in self.spec.files.items():
            path = self.dir / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(string.Template(text).safe_substitute(self.env))
            path.chmod(0o600)

    def _wait(self):
        deadline = time.monotonic() + START_SECONDS
        closed = {(view.port, view.transport == "udp") for view in self.spec.views}
        ready = not self.spec.ready
        while closed or not ready:
            if self.process.poll() is not None:
                raise ZooError(f"ended with {self.process.returncode}: {tail(self.dir / 'log')}")
            if time.monotonic() > deadline:
                raise ZooError(f"not ready in {START_SECONDS} s: {tail(self.dir / 'log')}")
            closed = {(name, udp) for name, udp in closed if not self._takes(name, udp)}
            if not closed and not ready:
                ready = self._probe_ready()
            if closed or not ready:
                time.sleep(0.05)

    def _takes(self, name, udp):
        return is_bound(self.ports[name]) if udp else accepts(self.address, self.ports[name])

    def listens(self, view):
        return self._takes(view.port, view.transport == "udp")

    def _probe_ready(self):
        try:
            self.sh(self.spec.ready)
            return True
        except ZooError:
            time.sleep(0.2)
            return False

    def truth(self):
        return self.spec.truth(self)

    def endpoint(self, view):
        return f"{self.address}:{self.ports[view.port]}" + ("/udp" if view.transport == "udp" else "")

    def signal(self, number):
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass


class Zoo:
    """All boxes of one run: one directory, one loopback address that no other run uses."""

    def __init__(self, fixed=(), keep=False):
        """`fixed`: ports that are given out to nobody, for some server is bound to have them."""
        self.keep = keep
        self.boxes = []
        self.lock = threading.Lock()
        pid = os.getpid()
        self.address = self.addresses(0)
        self.port = 20000 + pid % 37 * 300  # below the ephemeral range; not all servers keep to one address
        self.fixed = frozenset(fixed)
        self.who = self._user()
        # What a server leaves behind (RabbitMQ its epmd) becomes our child and is ended by its pid.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="ajar-zoo-"))
        self.root.chmod(0o755)
        self.certs = self.root / "certs"
        certs.make_all(self.certs, self.address)
        self.give(self.certs)

    @staticmethod
    def addresses(host):
        pid = os.getpid()
        return f"127.{77 + host}.{pid >> 8 & 255}.{1 + pid % 254}"

    @staticmethod
    def _user():
        if os.geteuid() != 0:
            return {}
        try:
            pwd.getpwnam(USER)
        except KeyError:
            subprocess.run(["useradd", "--system", "--no-create-home", "--shell=/usr/sbin/nologin", USER], check=True)
        return {"user": USER, "group": pwd.getpwnam(USER).pw_gid, "extra_groups": []}

    def give(self, directory):
        if self.who:
            for path in [directory, *directory.rglob("*")]:
                shutil.chown(path, USER, self.who["group"])

    def next_port(self):
        with self.lock:
            self.port += 1
            while self.port in self.fixed:
                self.port += 1
            return self.port

    def box(self, spec):
        box = Box(spec, self)
        with self.lock:
            self.boxes.append(box)
        return box

    def stop(self):
        for box in self.boxes:
            box.signal(signal.SIGTERM)
        deadline = time.monotonic() + 4
        for box in self.boxes:
            if box.process is None:
                continue
            try:
                box.process.wait(max(0.01, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
            box.signal(signal.SIGKILL)
            box.process.wait()
        self._end_orphans()
        if self.keep:
            print(f"# kept {self.root}", file=sys.stderr)
        else:
            shutil.rmtree(self.root, ignore_errors=True)

    @staticmethod
    def _end_orphans():
        """Every child that is left is an orphan that we inherited."""
        for _ in range(100):
            children = children_of(os.getpid())
            if not children:
                return
            for pid in children:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def children_of(parent):
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                after_name = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(after_name[1]) == parent:
                found.append(int(entry.name))
    return found
