"""Two network namespaces and a wire between them, and what a command costs that runs in the near one.

The far one owns the addresses that answer and drops in silence what goes to the rest of 10.0.0.0/8. As root."""
import json
import os
import subprocess
import tempfile
import time

NEAR, FAR = f"ajar-near-{os.getpid()}", f"ajar-far-{os.getpid()}"
NEAR_ADDRESS, FAR_ADDRESS, DEVICE = "192.168.255.1", "192.168.255.2", "v0"

FILES = 65536   # open at once, for everybody


def sh(*command):
    subprocess.run([str(c) for c in command], check=True, stdout=subprocess.DEVNULL)


def near(*command):
    return ["ip", "netns", "exec", NEAR, *map(str, command)]


def far(*command):
    return ["ip", "netns", "exec", FAR, *map(str, command)]


def packets_sent():
    return int(subprocess.run(near("cat", f"/sys/class/net/{DEVICE}/statistics/tx_packets"), capture_output=True, check=True).stdout)


class Wire:
    def __init__(self):
        self.servers = []

    def __enter__(self):
        sh("ip", "netns", "add", NEAR)
        sh("ip", "netns", "add", FAR)
        sh("ip", "-n", NEAR, "link", "add", DEVICE, "type", "veth", "peer", "name", "v1", "netns", FAR)
        for ns, name, address in ((NEAR, DEVICE, NEAR_ADDRESS), (FAR, "v1", FAR_ADDRESS)):
            sh("ip", "-n", ns, "addr", "add", f"{address}/30", "dev", name)
            sh("ip", "-n", ns, "link", "set", name, "up")
            sh("ip", "-n", ns, "link", "set", "lo", "up")
        sh("ip", "-n", NEAR, "route", "add", "default", "via", FAR_ADDRESS)
        sh("ip", "-n", FAR, "route", "add", "blackhole", "10.0.0.0/8")
        # What opens a connection from an address of its choice has 64,000 ports and no more.
        sh(*near("sysctl", "-qw", "net.ipv4.ip_local_port_range=1024 65535"))
        for name, value in (("net.ipv4.tcp_max_syn_backlog", 262144), ("net.core.somaxconn", 65535), ("net.ipv4.tcp_syncookies", 2)):
            sh(*far("sysctl", "-qw", f"{name}={value}"))
        link = subprocess.run(["ip", "-j", "-n", FAR, "link", "show", "v1"], capture_output=True, check=True).stdout
        self.mac = json.loads(link)[0]["address"]
        return self

    def __exit__(self, *_):
        self.stop()
        for ns in (NEAR, FAR):
            subprocess.run(["ip", "netns", "del", ns], check=False)

    def start(self, *command):
        """A server in the far namespace, until stop()."""
        self.servers.append(subprocess.Popen(far(*command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def redis(self, address="0.0.0.0"):
        self.start("redis-server", "--port", 6379, "--bind", address, "--save", "", "--protected-mode", "no", "--maxclients", 20000,
                   "--tcp-backlog", 65535)

    def stop(self):
        for server in self.servers:
            server.terminate()
        for server in self.servers:
            server.wait()
        self.servers = []

    def answers(self, *networks):
        """From now on these addresses are there, and no others of 10.0.0.0/8."""
        sh("ip", "-n", FAR, "route", "flush", "table", "local", "proto", "static")
        for network in networks:
            sh("ip", "-n", FAR, "route", "add", "local", network, "dev", "lo", "proto", "static", "table", "local")

    def loses(self, percent):
        """Of a hundred packets this many are lost, each way, where they come in: what goes out past the kernel's filters is lost, too."""
        for ns in (NEAR, FAR):
            rules = "table ip side\ndelete table ip side\n"
            if percent:
                rules += "add table ip side\nadd chain ip side in { type filter hook prerouting priority -300; }\n" \
                         f"add rule ip side in numgen random mod 1000 < {percent * 10} drop\n"
            subprocess.run(["ip", "netns", "exec", ns, "nft", "-f", "-"], input=rules, text=True, check=True)

    @staticmethod
    def measure(command, count):
        """What a shell line in the near namespace cost: seconds, processor seconds of all its processes, MB of the largest of them,
        packets a second; and `count` of the lines that it printed, which are read as they come."""
        with tempfile.TemporaryFile("w+") as errors:
            sent, began = packets_sent(), time.monotonic()
            p = subprocess.Popen(near("bash", "-c", f"ulimit -n {FILES}; {command}"), stdout=subprocess.PIPE, stderr=errors)
            found = count(p.stdout)
            _, status, used = os.wait4(p.pid, 0)
            took = time.monotonic() - began
            p.returncode = os.waitstatus_to_exitcode(status)
            errors.seek(0)
            said = errors.read()[-300:]
        return {"wall": took, "cpu": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024, "found": found,
                "pps": (packets_sent() - sent) / took, "said": said if not found else ""}
