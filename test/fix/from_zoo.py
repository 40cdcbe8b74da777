"""Servers of the wide zoo as cases: each is started as the zoo starts it, but as a unit, at the address of the machine."""

import pathlib
import re
import shlex
import string
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "zoo"))

import model  # noqa: E402
from wide.cache import missing  # noqa: E402
from wide.servers import FAMILIES  # noqa: E402

from case import PASSWORD, SERVER, Case, Step  # noqa: E402

SPECS = {spec.name: spec for family in FAMILIES for spec in family.SPECS}
USER = "zoo"
FIRST_PORT = 20000
PORTS = ("P2", "P3", "P4", "P5", "P6")
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
CERTIFICATE = "install -m 644 /run/certs/good.pem /etc/nginx/cert.pem; install -m 600 /run/certs/good.key /etc/nginx/key.pem\n"
# By name, password and the authority, as the owner comes through nginx.
BY_NAME = f"-u an-own-name:{PASSWORD}"


class Stand:
    """A server of a spec as what the zoo calls its box: where it is, and who fills it."""

    def __init__(self, spec, unit, port, place):
        self.spec, self.unit, self.address = spec, unit, SERVER
        self.dir = pathlib.Path(place or f"/var/lib/{unit}")
        self.ports = {"P": port, **{name: FIRST_PORT + number for number, name in enumerate(PORTS)}}
        self.plain = {"A": SERVER, "D": str(self.dir), "C": "/run/certs", **{name: str(number) for name, number in self.ports.items()}}

    def expand(self, text):
        return string.Template(text).safe_substitute(self.plain)

    def environment(self):
        spec = {name: self.expand(value) for name, value in self.spec.env.items()}
        return {**ENVIRONMENT, "HOME": str(self.dir), "TMPDIR": str(self.dir), **spec}

    def sh(self, script):
        done = subprocess.run(["runuser", "-u", USER, "--", "/bin/sh", "-ec", script], cwd=self.dir, stdin=subprocess.DEVNULL, text=True,
                              env={**self.environment(), **self.plain}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise OSError(f"{script!r} exits {done.returncode}: {done.stdout[-600:]}")
        return done.stdout.strip()

    def open(self):
        """Its files and its unit."""
        if subprocess.run(["id", USER], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            subprocess.run(["useradd", "--system", USER], check=True)
        self.dir.mkdir(parents=True, exist_ok=True)
        for name, text in self.spec.files.items():
            file = self.dir / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.expand(text))
        subprocess.run(["chown", "-R", USER, str(self.dir)], check=True)
        if self.spec.prepare:
            self.sh(self.spec.prepare)
        self.write_unit()

    def write_unit(self):
        words, variables = shlex.split(self.expand(self.spec.command)), self.environment()
        if words[0] == "env":  # then what it sets is the unit's, where the owner would have it
            while re.match(r"\w+=", words[1]):
                name, _, value = words.pop(1).partition("=")
                variables[name] = value.replace("$PATH", ENVIRONMENT["PATH"])
            words.pop(0)
        lines = ["[Service]", f"User={'root' if self.spec.root else USER}", f"WorkingDirectory={self.dir}",
                 *(f"Environment={shlex.quote(f'{name}={value}')}" for name, value in variables.items()), f"ExecStart={shlex.join(words)}"]
        pathlib.Path(f"/etc/systemd/system/{self.unit}.service").write_text("\n".join(lines) + "\n")

    def seed(self):
        if callable(self.spec.seed):
            self.spec.seed(self)
        elif self.spec.seed:
            self.sh(self.spec.seed)


def page(port, path, options="", scheme="http", address=SERVER):
    """How somebody gets a page; with TLS by the authority that the owner knows."""
    trust = "--cacert /run/certs/ca.pem " if scheme == "https" else ""
    return f"curl -sSf -m 20 {trust}{options} '{scheme}://{address}:{port}{path}'"


def stranger(port, path, options=""):
    """How anybody tries: in clear, then in TLS by whatever certificate."""
    return f"{page(port, path, options)} 2>/dev/null || {page(port, path, options, 'https').replace('--cacert /run/certs/ca.pem', '-k')}"


def spec_of(name, command=("", ""), files=None, **more):
    """A spec of the zoo by its name; `command`: what is written otherwise in it, so that a text meets the options that it names."""
    spec = SPECS[name]
    assert command[0] in spec.command, f"{command[0]!r} is not in the command of {name}"
    changed = {**spec.__dict__, "command": spec.command.replace(*command) if command[0] else spec.command, **more}
    if files:
        changed["files"] = {**spec.files, **files}
    return model.Spec(**changed)


def console(rule, product, spec, port, path, holds, says="identified", owner=BY_NAME, address=SERVER, scheme="https", ask="",  # pylint: disable=too-many-arguments
            needs="", behind="", place="", units=("nginx",), name="", after="", then_path="", volatile="", then_port=0):
    """A case of one finding: a page or an answer that anybody has, then only who comes by `owner`.

    `ask`: options of curl that the question needs (a body); `owner`: those that let the owner in; `after`: instead of all of
    that, how the owner gets in afterwards."""
    spec = SPECS[spec] if isinstance(spec, str) else spec
    unit = name or product
    stand = Stand(spec, unit, port, place)
    absent = missing(spec.command)
    after = after or page(then_port or port, then_path or path, f"{ask} {owner}", scheme, address)
    ready = page(port, path, ask) if not spec.ready else stand.expand(spec.ready)
    return Case(f"wide-{unit}", (*units, unit), (port,), open=stand.open, seed=stand.seed, holds=holds, ready=ready, owner=page(port, path, ask),
                stranger=stranger(port, path, ask), needs=(str(absent),) if absent else (), wide=True, volatile=volatile,
                steps=(Step(rule, product, says, after, needs=CERTIFICATE + needs, behind=behind, then_port=then_port),))
