"""Plays one case, inside namespaces of its own (processes, mounts, network): run.py starts it there.

/etc and /var are Debian's, with a layer above that is thrown away, so that a fix is pasted as it stands: to /etc/redis/redis.conf,
with `systemctl restart redis-server`. A second network namespace at the other end of a cable is where Ajar and the stranger are.
"""

import json
import os
import pathlib
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "zoo")]

import certs  # noqa: E402
import paste  # noqa: E402
import units  # noqa: E402
from cases import CASES  # noqa: E402
from case import OUTSIDE, PUBLIC, PUBLIC_OUTSIDE, SERVER  # noqa: E402

LAYERED = ("/etc", "/var", "/root", "/home", "/opt", "/srv", "/usr/share")
PATH = "/run/fix-bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Public addresses are asked only where somebody says whose they are.
SCOPE = f"owner: the test of fixes\nallow: [{PUBLIC}]\n"
READY_SECONDS = 60
COMMAND_SECONDS = 300
OWNER_SECONDS = 30
# The servers of the wide run are slow to start, and more so beside others.
WIDE_TIMES = 5
STRANGER_SECONDS = 8
SCANS = 4


class Failed(Exception):
    pass


def run(*words):
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL)


def mounts():
    for place in ("/run", "/dev/shm"):   # what a server leaves there when it is killed keeps the next one from starting
        run("mount", "-t", "tmpfs", "tmpfs", place)
    for place in LAYERED:
        above = f"/run/above{place}"
        os.makedirs(above + "/upper")
        os.makedirs(above + "/work")
        run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={place},upperdir={above}/upper,workdir={above}/work", place)
    os.makedirs("/run/lock")
    os.makedirs("/run/fix-bin")
    (pathlib.Path("/run/fix-bin") / "systemctl").symlink_to(HERE / "systemctl")
    make_run_folders()
    # No service of this machine is asked for names, and none asks another machine.
    pathlib.Path("/etc/hosts").write_text(f"127.0.0.1 localhost box\n::1 localhost\n{SERVER} box.example\n")
    run("hostname", "box")


def make_run_folders():
    """What systemd-tmpfiles makes of the packages' files at the start of a machine."""
    for file in pathlib.Path("/usr/lib/tmpfiles.d").glob("*.conf"):
        for words in (line.split() for line in file.read_text().splitlines()):
            if len(words) >= 5 and words[0] in ("d", "D") and words[1].startswith(("/run/", "/var/run/")):
                who = ["-o", words[3], "-g", words[4]] if "-" not in (words[3], words[4]) else []
                subprocess.run(["install", "-d", "-m", words[2].lstrip("-") or "755", *who, words[1]], stderr=subprocess.DEVNULL)


class Network:
    """The server's end is this namespace; the other end is that of a process that only sleeps."""

    def __init__(self):
        self.sleeper = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        while os.readlink(f"/proc/{self.sleeper.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
            time.sleep(0.01)
        pid = str(self.sleeper.pid)
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", pid)
        for words in ((), self.enter):
            run(*words, "ip", "link", "set", "cable", "up")
            run(*words, "ip", "link", "set", "lo", "up")
        for here, there in ((SERVER, OUTSIDE), (PUBLIC, PUBLIC_OUTSIDE)):
            run("ip", "addr", "add", f"{here}/24", "dev", "cable")
            run(*self.enter, "ip", "addr", "add", f"{there}/24", "dev", "cable")

    @property
    def enter(self):
        return ("nsenter", f"--net=/proc/{self.sleeper.pid}/ns/net", "--")


def make_certificates():
    """The zoo's, and two under the names that a text has in the place of the owner's own."""
    folder = pathlib.Path("/run/certs")
    certs.make_all(folder, SERVER)
    for who in ("NODES", "ADMINISTRATOR"):
        certs.issued(folder, f"name-{who}", f"NAME-OF-YOUR-{who}", f"DNS:localhost,IP:{SERVER}")


def sh(script, enter=(), check=True):
    env = {"PATH": PATH, "LANG": "C.UTF-8", "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive", "S": SERVER}
    try:
        done = subprocess.run([*enter, "/bin/sh", "-ec", script], env=env, cwd="/root", stdin=subprocess.DEVNULL, text=True,
                              errors="replace", stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=COMMAND_SECONDS)
    except subprocess.TimeoutExpired:
        raise Failed(f"{script.strip()!r} did not end in {COMMAND_SECONDS} s") from None
    if check and done.returncode:
        raise Failed(f"{script.strip()!r} exits {done.returncode}: {(done.stderr or done.stdout).strip()[-600:]}")
    return done.stdout if done.returncode == 0 else None


def do(what):
    """What a case says to do: a shell line, or a function."""
    if callable(what):
        what()
    else:
        sh(what)


def change(name, part):
    """Does what a paste.Command says about the command of a unit, but for the start."""
    if part.what == paste.ENVIRONMENT:
        units.set_environment(name, part.lines)
        return
    words = units.command_of(name)
    if part.what == paste.START:
        words = paste.started(words, part.lines)
    else:
        for line in part.lines:
            words = paste.without(words, line)[0]
    units.set_command(name, words)


def accepts(port):
    for address in (SERVER, "127.0.0.1"):
        try:
            socket.create_connection((address, port), timeout=1).close()
            return True
        except OSError:
            continue
    return False


class Play:
    def __init__(self, case, ajar, network):
        self.case, self.ajar, self.network = case, ajar, network
        self.patience = WIDE_TIMES if case.wide else 1
        self.failed = False
        self.why = ""  # the owner did not get in, the last time

    def say(self, ok, label, detail=""):
        self.failed |= not ok
        print(f"{'ok' if ok else 'not ok'} {self.case.name} {label}{': ' if detail else ''}{detail}", flush=True)
        if not ok:
            raise Failed(label)

    def until(self, condition, what):
        seconds = READY_SECONDS * self.patience
        until = time.monotonic() + seconds
        while not condition():
            if self.died():
                raise Failed(f"{what}: {self.died()} has ended; {self.logs()}")
            if time.monotonic() > until:
                raise Failed(f"{what}: not in {seconds} s; {self.logs()}")
            time.sleep(0.2)

    def died(self):
        """A unit whose process has ended by itself: this process inherits it, and reaps it never."""
        for unit in self.case.units:
            file = pathlib.Path("/run/fix-units") / unit
            stat = pathlib.Path(f"/proc/{file.read_text()}/stat") if file.exists() else None
            if stat and stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return unit
        return None

    def logs(self):
        files = [*pathlib.Path("/run/fix-units").glob("*.log"), *pathlib.Path("/var/log").glob(f"*/{self.case.units[0]}*.log")]
        texts = (file.read_text(errors="replace")[-800:] for file in files)
        return " | ".join(texts)

    def serves(self, ports):
        if self.case.udp:  # whether it serves is for the owner to say
            return
        self.until(lambda: all(accepts(port) for port in ports), "the server accepts")

    def owner(self, script, holds=""):
        """Whether the owner gets in and finds the data; tried for a while, for a server may accept before it serves."""
        until = time.monotonic() + OWNER_SECONDS * self.patience
        while time.monotonic() < until:
            try:
                if (holds or self.case.holds) in sh(script):
                    return True
                self.why = f"{holds or self.case.holds} is not in what it prints"
            except Failed as error:
                self.why = str(error)
            time.sleep(0.5)
        return False

    def stranger(self):
        said = sh(f"timeout {STRANGER_SECONDS * self.patience} sh -ec '" + self.case.stranger.replace("'", "'\\''") + "'", self.network.enter,
                  check=False)
        return said is not None and self.case.holds in said

    def scan(self, ports):
        """What Ajar says from the other address: the services and findings at these ports."""
        endpoints = " ".join(f"{self.case.address}:{port}{'/udp' if self.case.udp else ''}" for port in ports)
        scope = "--scope /run/scope.yaml" if self.case.address == PUBLIC else ""
        script = f"{self.ajar} scan --json --leavings --db none {self.case.scan} {scope} {endpoints} || test $? -eq 1"
        return [json.loads(line) for line in sh(script, self.network.enter).splitlines()]

    def play(self):
        case = self.case
        do(case.open)
        for unit in case.units:
            sh(f"systemctl start {unit}")
        self.serves(case.ports)
        if case.ready:
            self.until(lambda: sh(case.ready, check=False) is not None, case.ready)
        do(case.seed)
        self.say(self.owner(case.owner), "holds its data", case.holds)
        if case.stranger:
            self.say(self.stranger(), "is open to a stranger")
        for step in case.steps:
            self.step(step)

    def step(self, step):
        port = step.port or self.case.ports[0]
        label = f"{step.rule}/{step.product}"
        findings = [line for line in self.scan([port]) if line["type"] == "finding"]
        product = "certificate" if step.of_certificate else step.product
        found = [line for line in findings if (line["rule"], line["product"]) == (step.rule, product)]
        self.say(len(found) == 1, f"{label} is found", found[0]["severity"] if found else str([
            f"{line['rule']}/{line['product']}" for line in findings]))
        if step.severity:
            self.say(found[0]["severity"] == step.severity, f"{label} is {step.severity}")
        if step.needs:
            sh(step.needs)
        self.paste(found[0]["fix"], step.before)
        sh(step.behind)
        then = step.then_port or port
        if not step.down:
            self.serves([then])
        self.say(self.owner(step.owner), f"{label} pasted: the owner gets in, the data is there")
        self.judge(step, label, port, then)
        for unit in self.case.units:
            sh(f"systemctl boot {unit} || test $? -eq 3")
        if not step.down:
            self.serves([then])
        self.say(self.owner(step.owner, self.case.volatile), f"{label} pasted: it starts again, the owner gets in")
        self.judge(step, label + " after a restart", port, then)

    def paste(self, text, before=""):
        for part in paste.parts(text):
            if isinstance(part, paste.Edit):
                file = pathlib.Path(part.file)
                file.write_text(paste.edited(file.read_text() if file.exists() else "", part))
            elif isinstance(part, paste.Command) and part.what == paste.AGAIN:
                sh(f"systemctl restart {self.case.units[-1]}")
            elif isinstance(part, paste.Command):
                change(self.case.units[-1], part)
            else:
                sh(before + "\n" + part)

    def judge(self, step, label, port, then):
        for _ in range(SCANS):  # a reload takes effect behind its command
            lines = self.scan(sorted({port, then}))
            left = [line for line in lines if line["type"] == "finding" and line["rule"] == step.rule]
            if not left or step.stays:
                break
            time.sleep(2)
        if not step.stays:
            self.say(not left, f"{label} is gone", left[0]["why"] if left else "")
        verdicts = {line["verdict"] for line in lines if line["type"] == "service" and line["port"] == then} or {"closed"}
        self.say(verdicts == {step.says}, f"{label}: Ajar says {step.says}", "" if verdicts == {step.says} else str(verdicts))
        if self.case.stranger:
            self.say(not self.stranger(), f"{label}: a stranger is refused")


def main():
    name, ajar = sys.argv[1:]
    case = next(case for case in CASES if case.name == name)
    mounts()
    network = Network()
    pathlib.Path("/run/scope.yaml").write_text(SCOPE)
    make_certificates()
    play = Play(case, ajar, network)
    try:
        play.play()
    except (Failed, subprocess.TimeoutExpired, OSError, ValueError) as error:
        if not play.failed:
            print(f"not ok {name}: {error}", flush=True)
        print(play.why, play.logs(), sep="\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
