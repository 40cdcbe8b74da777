"""The far network (far.c) and a scan of it, for test/net and bench/net."""
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

DEAD = ("live", "16777216")  # nobody in the networks that are scanned here


def enter_namespace(script):
    if os.environ.get("AJAR_NET_INSIDE"):
        return
    os.environ["AJAR_NET_INSIDE"] = "1"
    unshare = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    os.execvp("unshare", [*unshare, sys.executable, str(pathlib.Path(script).resolve()), *sys.argv[1:]])


def begin(script):
    """Enters a namespace of its own; the directory of the build."""
    enter_namespace(script)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    try:
        os.nice(-15)  # a rate cannot be held by who gets no processor
    except PermissionError:
        pass
    return pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()


class World:
    """A far network; `counted` is what went by, once it has ended."""

    def __init__(self, build, *options):
        self.process = subprocess.Popen([f"{build}/net/far", *map(str, options)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise SystemExit("the far network did not come up")

    def inside(self, *command, **more):
        """Starts a program on the far side."""
        return subprocess.Popen(["nsenter", f"--net=/proc/{self.process.pid}/ns/net", *map(str, command)], **more)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.counted = json.loads(self.process.stdout.read())
        self.process.wait()


class Scan:
    def __init__(self, build, *args):
        started = time.monotonic()
        done = subprocess.run([f"{build}/ajar", "scan", "--db", "none", "--json", *map(str, args)], capture_output=True,
                              text=True, timeout=1800)
        self.peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # the largest of all so far
        self.seconds = time.monotonic() - started
        self.rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.summary = self.rows[-1]
        self.status, self.told = done.returncode, done.stderr

    def count(self, product, verdict):
        return sum(r["type"] == "service" and r["product"] == product and r["verdict"] == verdict for r in self.rows)

    def remarks(self, kind):
        return [r for r in self.rows if r["type"] == "remark" and r["kind"] == kind]
