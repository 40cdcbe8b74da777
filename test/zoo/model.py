"""What the zoo says about one server: how it is started, filled, asked for the truth, and what Ajar must see."""

import re
from dataclasses import dataclass, field
from typing import Callable

# The password of every locked server here.
PASSWORD = "s3cret"

# bcrypt of PASSWORD, for servers that take a web.yml with basic_auth_users (cost 4: the zoo guards nothing).
PASSWORD_BCRYPT = "$2b$04$62ryGTbuuXiIYcOCoV5zVuWZQBM.tsnPc/Z.szIQrhvrkp1Zld/iu"

# The facts of a service line that are compared with the truth.
FIELDS = ("version", "collections", "records", "bytes")


@dataclass(frozen=True)
class View:
    """What Ajar must report about one port of a server. A tuple of values means that any of them will do."""

    product: str | tuple
    verdict: str | tuple
    sees: tuple = ()  # fields that must equal the truth
    may: tuple = ()  # fields that may be null, else must equal the truth; all other fields must be null
    facts: dict = field(default_factory=dict)  # facts that must be so; {version} is the truth's; None: must be absent
    port: str = "P"  # which of the server's ports
    via: str = ""  # the dashboard that this is seen through: a second view of the same port
    transport: str = "tcp"  # "tls"; "udp": that port of UDP
    slack: dict = field(default_factory=dict)  # field -> fraction it may be off, for what moves while one looks
    certificate: str = ""  # the file under $C that the server presents
    name_match: tuple = (True, False, None)
    rules: tuple = ()  # findings that must be there
    no_rules: tuple = ()  # findings that must not be there
    optional: bool = False  # silence about this port is right as well


@dataclass(frozen=True)
class Spec:
    """One server in one variant. All commands are shell lines, run in the server's own empty directory with

        $A  its loopback address       $P $P2 ... $P6   its ports  $D  its directory
        $C  the directory of certificates (certs.py)               $CLIENT  its admin tool, as said in `client`
    """

    name: str  # "redis:open"
    command: str  # run through exec
    views: tuple
    client: str = ""
    files: dict = field(default_factory=dict)  # name -> text; $A, $P, $D, $C are replaced
    prepare: str = ""  # before the start
    ready: str = ""  # must exit 0 before seeding; the port of each view must accept in any case
    seed: str | Callable = ""  # after the start; a callable gets the box
    truth: Callable = lambda box: {}  # -> {field: value, "names": [collections]}: what the admin tool says now
    env: dict = field(default_factory=dict)
    port: int = 0  # a fixed $P, for the servers on odd ports
    host: int = 0  # which of the zoo's addresses is $A, where several servers have the same fixed port
    root: bool = False  # must run as root (only for ports below 1024)
    slow: bool = False  # start it first

    @property
    def server(self):
        return self.name.split(":")[0]


def number(text):
    """The plain version in a text: 10.11.19 of "10.11.19-MariaDB-0+deb12u1"; None when there is none."""
    found = re.search(r"\d+(?:\.\d+)+", text or "")
    return found.group(0) if found else None
