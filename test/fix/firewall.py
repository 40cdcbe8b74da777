"""The lines of the firewall that so many texts hold: pasted, and tried from everywhere.

An earlier rule accepts the port already. Strangers of both families must be kept out, of UDP as well; loopback, the owner's
networks and other ports must not notice; a container behind a published port must be covered; pasting twice is as once, and
what the text says takes it back.
"""

import os
import pathlib
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "zoo")]

import box  # noqa: E402
import paste  # noqa: E402
from case import OUTSIDE, PUBLIC, PUBLIC_OUTSIDE, SERVER, Case  # noqa: E402

PORT, OTHER, PUBLISHED = 11211, 11212, 11213
CONTAINER = "172.29.0.2"
V6_PUBLIC, V6_STRANGER = "2600:77::2", "2600:77::1"
V6_OWN, V6_FRIEND = "fd77::2", "fd77::1"

# What is there before: a rule that accepts, and Docker's way to publish a port.
BEFORE = f"""
table inet filter {{
  chain input {{
    type filter hook input priority 0; policy drop;
    iifname "lo" accept
    meta l4proto {{ icmp, ipv6-icmp }} accept
    th dport {{ {PORT}, {OTHER} }} accept
    ct state established,related accept
  }}
}}
table ip nat {{
  chain prerouting {{
    type nat hook prerouting priority -100;
    ip daddr {{ {PUBLIC}, {SERVER} }} tcp dport {PUBLISHED} dnat to {CONTAINER}:{PORT}
  }}
}}
"""


def answers(address, port, enter=(), udp=False):
    """Whether something answers there within two seconds, asked from this namespace or another."""
    kind = "SOCK_DGRAM" if udp else "SOCK_STREAM"
    words = b"\0\1\0\0\0\1\0\0version\r\n" if udp else b"version\r\n"
    script = (f"import socket; s = socket.socket(socket.{'AF_INET6' if ':' in address else 'AF_INET'}, socket.{kind});"
              f" s.settimeout(2); s.connect(('{address}', {port})); s.send({words!r}); assert b'VERSION' in s.recv(99)")
    return subprocess.run([*enter, sys.executable, "-c", script], stderr=subprocess.DEVNULL).returncode == 0


def lay_cables(network):
    for here, there in ((V6_PUBLIC, V6_STRANGER), (V6_OWN, V6_FRIEND)):
        box.run("ip", "addr", "add", f"{here}/64", "dev", "cable", "nodad")
        box.run(*network.enter, "ip", "addr", "add", f"{there}/64", "dev", "cable", "nodad")
    container = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
    while os.readlink(f"/proc/{container.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
        time.sleep(0.01)
    enter = ("nsenter", f"--net=/proc/{container.pid}/ns/net", "--")
    box.run("ip", "link", "add", "bridge", "type", "veth", "peer", "name", "eth0", "netns", str(container.pid))
    box.run("ip", "addr", "add", "172.29.0.1/24", "dev", "bridge")
    box.run("ip", "link", "set", "bridge", "up")
    for words in (("addr", "add", f"{CONTAINER}/24", "dev", "eth0"), ("link", "set", "eth0", "up"),
                  ("route", "add", "default", "via", "172.29.0.1")):
        box.run(*enter, "ip", *words)
    pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    return enter


def start_servers(container):
    common = ["memcached", "-u", "memcache", "-m", "16"]
    for port, more in ((PORT, ["-U", str(PORT)]), (OTHER, [])):
        subprocess.Popen([*common, "-p", str(port), "-l", "0.0.0.0,::", *more], stderr=subprocess.DEVNULL)
    subprocess.Popen([*container, *common, "-p", str(PORT), "-l", CONTAINER], stderr=subprocess.DEVNULL)


def text_of(play, port):
    """The lines as Ajar prints them for this port: the first part of the text that does something."""
    found = [line for line in play.scan([port]) if line["type"] == "finding" and line["rule"] == "open-store"]
    shell = next(part for part in paste.parts(found[0]["fix"]) if isinstance(part, str))
    return shell, next(line for line in shell.splitlines() if "undo:" in line).split("undo: ")[1].rstrip("):")


def places(network):
    """Name, whether it may get in afterwards, and how it asks."""
    away = network.enter
    return (
        ("a stranger", False, (PUBLIC, PORT, away)), ("a stranger by IPv6", False, (V6_PUBLIC, PORT, away)),
        ("a stranger by UDP", False, (PUBLIC, PORT, away, True)),
        ("a stranger, at a published port", False, (PUBLIC, PUBLISHED, away)),
        ("a stranger, at another port", True, (PUBLIC, OTHER, away)),
        ("the owner's network", True, (SERVER, PORT, away)), ("the owner's network by IPv6", True, (V6_OWN, PORT, away)),
        ("the owner's network, at a published port", True, (SERVER, PUBLISHED, away)),
        ("loopback", True, ("127.0.0.1", PORT)), ("loopback by IPv6", True, ("::1", PORT)),
        ("the machine itself, by its public address", True, (PUBLIC, PORT)),
    )


def main():
    box.mounts()
    network = box.Network()
    pathlib.Path("/run/scope.yaml").write_text(box.SCOPE)
    container = lay_cables(network)
    subprocess.run(["nft", "-f", "-"], input=BEFORE, text=True, check=True)
    start_servers(container)
    play = box.Play(Case("firewall", (), (PORT, OTHER), "", "", "", "", address=PUBLIC), sys.argv[1], network)
    play.serves((PORT, OTHER))
    play.until(lambda: answers(PUBLIC, PUBLISHED, network.enter), "the container answers")
    right = True

    def tried(when, expected):
        nonlocal right
        for name, may, how in places(network):
            want = may or expected
            got = answers(*how)
            right &= got == want
            print(f"{'ok' if got == want else 'not ok'} firewall {when}: {name} {'gets in' if got else 'is kept out'}", flush=True)

    tried("before", True)
    texts = [text_of(play, port) for port in (PORT, PUBLISHED)]
    for _ in range(2):
        for shell, _ in texts:
            box.sh(shell)
    tried("pasted twice", False)
    for _, undo in texts:
        box.sh(undo)
    tried("taken back", True)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
