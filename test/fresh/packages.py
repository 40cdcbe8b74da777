#!/usr/bin/env python3
"""The packages of `make deb` on a minimal Debian 12: installed by apt with what they depend on, used, taken away, and nothing
of them is left.

    test/fresh/packages.py [FOLDER]        of the packages, build-deb/deb; as root, needs debootstrap; minutes
"""
import json
import pathlib
import re
import shutil
import sys

from root import ROOT, Checks, Fresh

FOLDER = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build-deb/deb").resolve()
PROGRAM = """#include <ajar/pii.h>
#include <stdio.h>
int main(void) { printf("%p\\n", (void *)ajar_pii_new); return 0; }
"""
# A store that answers as an open Redis does.
STORE = """import socket, threading
info = b"# Server\\r\\nredis_version:7.0.15\\r\\nredis_mode:standalone\\r\\n# Replication\\r\\nrole:master\\r\\n# Keyspace\\r\\ndb0:keys=1,expires=0,avg_ttl=0\\r\\n"
answers = {b"INFO": b"$%d\\r\\n%s\\r\\n" % (len(info), info), b"EXISTS": b":0\\r\\n", b"GETEX": b"$-1\\r\\n"}
def talk(peer):
    while asked := peer.recv(4096):
        for line in asked.splitlines():
            peer.sendall(answers.get(line.split(b" ")[0], b"+PONG\\r\\n"))
listener = socket.create_server(("127.0.0.1", 6379))
print(flush=True)
while True:
    threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()
"""
SCAN = """unshare -n sh -c 'ip link set lo up; python3 /tmp/store.py >/tmp/up & until [ -s /tmp/up ] || ! kill -0 $!; do sleep 0.1; done
ajar scan --json 127.0.0.1:6379; echo "status $?"; ajar show; kill $!'"""


def used(fresh, check, verbs):
    check("it says its version", re.fullmatch(r"ajar \d+\.\d+\.\d+\n", fresh.run("ajar --version").stdout))
    for verb in ["", *verbs]:
        page = "ajar" + (f"-{verb}" if verb else "")
        r = fresh.run(f"man -P cat {page}", time_it=False)
        check(f"man {page}", r.returncode == 0 and "SYNOPSIS" in r.stdout, r.stderr)
    for shell, parse in (("bash", "bash -n /usr/share/bash-completion/completions/ajar"), ("zsh", "zsh -n /usr/share/zsh/vendor-completions/_ajar"),
                         ("fish", "fish --no-execute /usr/share/fish/vendor_completions.d/ajar.fish")):
        r = fresh.run(parse)
        check(f"{shell} reads its completions", r.returncode == 0, r.stderr)
    r = fresh.run("fish -c 'complete -C \"ajar scan --basel\"'")
    check("fish completes", "--baseline" in r.stdout, r.stdout + r.stderr)
    r = fresh.run("systemd-analyze verify /lib/systemd/system/ajar-watch.service /lib/systemd/system/ajar-watch-once.service "
                  "/lib/systemd/system/ajar-watch.timer")
    check("systemd takes the units", r.returncode == 0 and "ajar" not in r.stderr.replace("ajar-watch.service: ", ""), r.stderr)
    r = fresh.run(SCAN)
    rows = [json.loads(line) for line in r.stdout.splitlines() if line.startswith("{")]
    check("a scan finds an open store", any(row.get("rule") == "open-store" for row in rows), r.stdout[-600:] + r.stderr)
    check("and remembers it", "redis 7.0.15" in r.stdout.split("status", 1)[-1], r.stdout[-600:])
    r = fresh.run("(echo name,mail; for i in $(seq 30); do echo Anna Li,anna$i@example.org; done) | gzip >/tmp/a.csv.gz; ajar classify /tmp/a.csv.gz")
    check("classify unpacks", r.returncode in (0, 1) and "mail" in r.stdout, r.stdout + r.stderr)
    r = fresh.run("cc -o /tmp/p /tmp/p.c $(pkg-config --cflags --libs ajar-pii) && /tmp/p")
    check("a program is built against the library", r.returncode == 0 and r.stdout.startswith("0x"), r.stderr)


def main():
    check = Checks()
    with Fresh("packages") as fresh:
        fresh.run("apt-get -q update")
        need = "zsh fish man-db systemd python3-minimal iproute2 gcc libc6-dev pkg-config"
        r = fresh.run(f"apt-get -q -y install --no-install-recommends {need}")
        check("what the test needs is installed", r.returncode == 0, r.stderr[-500:])
        # A minimal system keeps man pages away only where somebody told it to.
        before = fresh.files()
        for deb in FOLDER.glob("*.deb"):
            shutil.copy(deb, fresh.path / "root")
        (fresh.path / "tmp/store.py").write_text(STORE)
        (fresh.path / "tmp/p.c").write_text(PROGRAM)
        r = fresh.run("apt-get -q -y install --no-install-recommends /root/*.deb")
        check("the packages are installed", r.returncode == 0, r.stdout[-300:] + r.stderr[-500:])
        verbs = re.findall(r"^  ajar (\w+)", fresh.run("ajar help", time_it=False).stdout, re.M)
        check("there are verbs", len(verbs) > 15, verbs)
        used(fresh, check, verbs)
        r = fresh.run("apt-get -q -y purge --autoremove ajar ajar-doc libajar-pii0 libajar-pii-dev && rm -rf /root/*.deb /root/.local /root/.config /root/.cache")
        check("they are taken away", r.returncode == 0, r.stderr[-500:])
        left = sorted(f for f in fresh.files() - before if "python" not in f)
        check("and nothing is left of them", not left, left[:10])
    check.end()


main()
