"""Servers of the wide zoo as cases: each is started as the zoo starts it, but as a unit, at the address of the machine."""

import pathlib
import re
import shlex
import string
import subprocess

import model
from wide.cache import missing
from wide.servers import FAMILIES

from case import PASSWORD, SERVER, Case, Step
from common import certificate

SPECS = {spec.name: spec for family in FAMILIES for spec in family.SPECS}
USER = "zoo"
FIRST_PORT = 20000
PORTS = ("P2", "P3", "P4", "P5", "P6")
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
CERTIFICATE = certificate("/etc/nginx", "root")
# By name, password and the authority, as the owner comes through nginx.
BY_NAME = f"-u an-own-name:{PASSWORD}"


class Stand:
    """A server of a spec as what the zoo calls its box: where it is, and who fills it."""

    def __init__(self, spec, unit, port, place, beside):
        self.spec, self.unit, self.address, self.beside = spec, unit, SERVER, beside
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
        self.write_unit(self.unit, self.spec.command)
        if self.beside:
            self.write_unit(f"{self.unit}-beside", self.beside)

    def write_unit(self, name, command):
        words, variables = shlex.split(self.expand(command)), self.environment()
        if words[0] == "env":  # then what it sets is the unit's, where the owner would have it
            while re.match(r"\w+=", words[1]):
                variable, _, value = words.pop(1).partition("=")
                variables[variable] = value.replace("$PATH", ENVIRONMENT["PATH"])
            words.pop(0)
        lines = ["[Service]", f"User={'root' if self.spec.root else USER}", f"WorkingDirectory={self.dir}",
                 *(f"Environment={shlex.quote(f'{variable}={value}')}" for variable, value in variables.items()), f"ExecStart={shlex.join(words)}"]
        pathlib.Path(f"/etc/systemd/system/{name}.service").write_text("\n".join(lines) + "\n")

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


def spec_of(name, *changes, rename=None, text=("", ""), files=None, **more):
    """A spec of the zoo by its name, for a text that speaks of options and files of certain names. `changes`: what is written otherwise
    in its command; `rename`: its files by the names that they have on a machine; `text`: what is written otherwise in them;
    `files`: more of them."""
    spec = SPECS[name]
    command, files = spec.command, {**{file: words.replace(*text) for file, words in spec.files.items()}, **(files or {})}
    for old, new in (*changes, *((f"$D/{old}", new) for old, new in (rename or {}).items() if new.startswith("/"))):
        assert old in command, f"{old!r} is not in the command of {name}"
        command = command.replace(old, new)
    for old, new in (rename or {}).items():
        files[new] = files.pop(old)
    return model.Spec(**{**spec.__dict__, "command": command, "files": files, **more})


def console(rule, product, spec, port, path, holds, says="identified", owner=BY_NAME, address=SERVER, scheme="https", ask="",
            needs="", behind="", before="", place="", units=("nginx",), beside="", name="", after="", strange="", volatile="", then_port=0, down=False):
    """A case of one finding: a page or an answer that anybody has, then only who comes by `owner`.

    `ask`: options of curl that the question needs (a body); `owner`: those that let the owner in; `after`: instead of all of
    that, how the owner gets in afterwards; `strange`: instead of the page, how a stranger gets in before; `beside`: the command of a
    server that this one wants."""
    spec = SPECS[spec] if isinstance(spec, str) else spec
    unit = name or product
    stand = Stand(spec, unit, port, place, beside)
    absent = missing(spec.command + beside)
    after = after or page(then_port or port, path, f"{ask} {owner}", scheme, address)
    ready = page(port, path, ask) if not spec.ready else stand.expand(spec.ready)
    return Case(f"wide-{unit}", (*units, *([f"{unit}-beside"] if beside else []), unit), (port,), open=stand.open, seed=stand.seed, holds=holds,
                ready=ready, owner=page(port, path, ask), stranger=strange or stranger(port, path, ask), needs=(str(absent),) if absent else (),
                wide=True, volatile=volatile, steps=(Step(rule, product, says, after, needs=CERTIFICATE + needs, before=before, behind=behind,
                                                          then_port=then_port, down=down),))
