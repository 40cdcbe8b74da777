"""The scanners that are run side by side: how each is told to do the same work, how its finds are counted, which version it is.

Each is given its best documented options for the work; what is not there is left out of the tables and named. Debian has nmap,
masscan and zmap; zgrab2 and rustscan come from the Go proxy and crates.io, or from wherever the options of bench/side/run.py say."""
import shutil
import subprocess

from wire import DEVICE, NEAR_ADDRESS

SENDERS = 2000   # of zgrab2


def lines_with(*words):
    """Counts lines as they come, and holds none."""
    return lambda out: sum(all(w in line for w in words) for line in out)


def distinct_addresses(out):
    return len({line.split()[-1] for line in out if b"." in line})


class Rivals:
    def __init__(self, build, mac, paths):
        self.build, self.mac, self.paths = build, mac, paths

    def path(self, name):
        return self.paths.get(name) or shutil.which(name)

    def version(self, name):
        path = f"{self.build}/ajar" if name == "ajar" else self.path(name)
        if name == "zgrab2":   # has no option for it
            said = subprocess.run(["go", "version", "-m", path], capture_output=True, text=True, check=False)
            modules = (line.split() for line in said.stdout.splitlines())
            return next((m[2] for m in modules if len(m) > 2 and m[0] in ("mod", "dep") and m[1].endswith("/zgrab2")), "?")
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
        return next((line for line in (said.stdout + said.stderr).splitlines() if any(c.isdigit() for c in line)), "?").strip()

    def missing(self, *names):
        return [n for n in names if not self.path(n)]

    # One port of a network. Each of these is a shell line and what counts its finds.

    def ajar(self, network, ports, rate):
        return (f"{self.build}/ajar scan --db none --json --large --knock --rate {rate} --ports {ports} {network}",
                lines_with(b'"type":"service"', b'"verdict":"open"'))

    def ajar_all(self, network, ports, rate):
        """Whatever has a name counts."""
        return self.ajar(network, ports, rate)[0], lines_with(b'"type":"service"', b'"product":"')

    def ajar_default(self, network, ports, _rate):
        return f"{self.build}/ajar scan --db none --json --ports {ports} {network}", lines_with(b'"type":"service"', b'"verdict":"open"')

    def zmap_line(self, network, ports, rate):
        return f"zmap -p {ports} -i {DEVICE} -G {self.mac} -b /dev/null -r {rate} -c 2 -q -v 0 {network}"

    def zmap(self, network, ports, rate):
        return self.zmap_line(network, ports, rate), distinct_addresses

    def zmap_zgrab2(self, network, ports, rate):
        return (f"{self.zmap_line(network, ports, rate)} | {self.path('zgrab2')} redis --port {ports} --senders {SENDERS} "
                "--blocklist-file=/dev/null", lines_with(b'"status":"success"'))

    def zmap_then_zgrab2(self, network, ports, rate):
        """Where many answer: a zmap that waits for the reader of its pipe hears nothing meanwhile."""
        return (f"{self.zmap_line(network, ports, rate)} >/tmp/$$.live; {self.path('zgrab2')} redis --port {ports} --senders {SENDERS} "
                "--blocklist-file=/dev/null -f /tmp/$$.live; rm -f /tmp/$$.live", lines_with(b'"status":"success"'))

    def masscan_line(self, network, ports, rate):
        return f"masscan -p {ports} --rate {rate} --wait 2 -e {DEVICE} --router-mac {self.mac.replace(':', '-')} " \
               f"--adapter-ip {NEAR_ADDRESS} -oL - {network}"

    def masscan(self, network, ports, rate):
        return self.masscan_line(network, ports, rate), lines_with(b"open tcp")

    # Many ports, with names of what listens. `places` are the (address, port) that are there.

    def nmap(self, network, ports, _rate):
        return f"nmap -n -T4 -sV -p {ports} -oG - {network}", named_by_nmap

    def masscan_nmap(self, network, ports, rate):
        return (f"{self.masscan_line(network, ports, rate)} | awk '$1 == \"open\" {{ if (!seen[$4]++) print $4 }}' >/tmp/$$.live; "
                f"nmap -n -Pn -T4 -sV -p {ports} -oG - -iL /tmp/$$.live; rm -f /tmp/$$.live", named_by_nmap)

    def rustscan_nmap(self, network, ports, _rate):
        return (f"{self.path('rustscan')} --no-banner --accessible -b 4096 --ulimit 65000 -t 1500 -p {ports} -a {network} -- "
                "-n -Pn -T4 -sV -oG -", named_by_nmap)


def named_by_nmap(out):
    """Ports of nmap's greppable lines that are open and whose service has a name and a version or product."""
    found = set()
    for line in out:
        head, _, rest = line.partition(b"Ports: ")
        for port in rest.split(b"\t")[0].split(b", ") if rest else []:
            fields = port.strip().split(b"/")
            if len(fields) > 6 and fields[1] == b"open" and fields[6]:
                found.add((head.split()[1], fields[0]))
    return len(found)
