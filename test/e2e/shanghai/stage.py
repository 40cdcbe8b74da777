"""The stage: three networks with everything in them that the case needs. To be used inside namespaces.inside().

    with Stage(directory, real=3) as stage:
        stage.open_late()
        stage.run("internet", ["ajar", "scan", ...])
"""

import json
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "zoo")]

import certs  # noqa: E402
import deployments as cast  # noqa: E402
import elasticsearch  # noqa: E402
import namespaces  # noqa: E402

READY_SECONDS = 30
NGINX = """daemon off; pid {dir}/pid; error_log {dir}/error.log;
events {{}}
http {{ access_log off; client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir}; uwsgi_temp_path {dir};
scgi_temp_path {dir}; server {{ listen {address}:80; root {dir}/www; }} }}
"""


def note(text):
    print(text, file=sys.stderr, flush=True)


class Stage:
    def __init__(self, directory, real=3):
        self.directory = pathlib.Path(directory)
        self.why_not_real = elasticsearch.why_not()
        able = [d.name for d in cast.FOURTEEN if d.real]
        self.real = [] if self.why_not_real else able[:elasticsearch.how_many(min(real, len(able)))]
        self.absent = []  # decoys whose servers are not installed
        self.running = []

    def __enter__(self):
        namespaces.build(cast.PUBLIC_NET, [d.private for d in cast.FOURTEEN])
        try:
            self.open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for process in reversed(self.running):
            process.kill()
        for process in self.running:
            process.wait()

    def spawn(self, network, command, name, **more):
        log = open(self.directory / f"{name}.log", "wb")
        process = subprocess.Popen(namespaces.within(network, command), stderr=log, **{"stdout": log, **more})
        self.running.append(process)
        return process

    def run(self, network, command, **more):
        """Runs to its end; the result of subprocess.run() with text."""
        return subprocess.run(namespaces.within(network, command), capture_output=True, text=True, check=False, **more)

    def certificates(self):
        """One expired certificate and key for the whole fleet, another for the dashboard that is not of it."""
        directory = self.directory / "certs"
        directory.mkdir()
        (directory / "ca.cnf").write_text(certs.CA_CONFIG.format(dir=directory))
        (directory / "index.txt").write_text("")
        certs.self_signed(directory, "ca", "Cloud CA", None)
        certs.issued(directory, "fleet", cast.COMMON_NAME, f"DNS:{cast.COMMON_NAME}", certs.EXPIRED)
        certs.issued(directory, "other", "logs.example", "DNS:logs.example")
        for name in ("fleet", "other"):
            for kind in ("pem", "key"):
                shutil.copy(directory / f"{name}.{kind}", self.directory)

    def ours(self, part, network, names):
        process = self.spawn(network, [sys.executable, str(HERE / "servers.py"), part, str(self.directory), *names],
                             f"ours-{part}-{len(self.running)}", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if process.stdout.readline() != b"ready\n":
            raise namespaces.StageError(f"the servers of {part} did not start: see {self.directory}")

    def deployments(self, late):
        return [d for d in cast.FOURTEEN if d.late == late]

    def start_real(self):
        """The real nodes start while everything else does."""
        for d in cast.FOURTEEN:
            if d.name in self.real:
                here = self.directory / "elasticsearch" / d.name
                elasticsearch.prepare(here)
                self.spawn("private", elasticsearch.command(here, d.private, d.name), f"elasticsearch-{d.name}", cwd=here)

    def fill_real(self):
        started = [subprocess.Popen(namespaces.within("private", [sys.executable, str(HERE / "elasticsearch.py"), "fill", name]),
                                    stdout=subprocess.DEVNULL) for name in self.real]
        if any([process.wait() for process in started]):
            raise namespaces.StageError(f"a real Elasticsearch did not start or fill: its log is in {self.directory}")

    def neighbours(self):
        self.ours("decoys", "cloud", [])
        if shutil.which("redis-server"):
            self.spawn("cloud", ["redis-server", "--bind", cast.LOCKED_REDIS, "--port", "6379", "--requirepass", "s3cret",
                                 "--save", "", "--dir", str(self.directory)], "redis")
        else:
            self.absent.append("redis-server")
        nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if nginx:
            here = self.directory / "nginx"
            (here / "www").mkdir(parents=True)
            (here / "www" / "index.html").write_text("<html><head><title>Welcome to nginx!</title></head></html>")
            (here / "nginx.conf").write_text(NGINX.format(dir=here, address=cast.NGINX))
            self.spawn("cloud", [nginx, "-e", str(here / "error.log"), "-c", str(here / "nginx.conf")], "nginx")
        else:
            self.absent.append("nginx")

    def raise_deployments(self, late):
        names = [d.name for d in self.deployments(late)]
        self.ours("private", "private", [name for name in names if name not in self.real])
        self.ours("cloud", "cloud", names)

    def open(self):
        """All but the late ones."""
        (self.directory / "scope.yaml").write_text(cast.scope_yaml())
        self.start_real()
        self.certificates()
        self.raise_deployments(late=False)
        self.neighbours()
        self.fill_real()

    def open_late(self):
        self.raise_deployments(late=True)

    def of_store(self, verb, deployment):
        """What a real node says of itself: elasticsearch.py's `counters` or `totals`."""
        done = self.run("private", [sys.executable, str(HERE / "elasticsearch.py"), verb, deployment.private])
        if done.returncode:
            raise namespaces.StageError(f"{deployment.name}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def reaches(self, network, address, port, seconds=1.0):
        """Whether a connection can be made from one of the networks."""
        attempt = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3]))"
        return self.run(network, [sys.executable, "-c", attempt, address, str(port), str(seconds)]).returncode == 0


def play(directory, real):
    """Everything up, until Ctrl-C: for whoever wants to look around."""
    begun = time.monotonic()
    with Stage(directory, real) as stage:
        stage.open_late()
        note(f"up after {time.monotonic() - begun:.1f} s; real: {', '.join(stage.real) or 'none'}; {stage.why_not_real or ''}")
        note(f"scope: {directory}/scope.yaml; enter with: nsenter --net=/run/netns/internet (in the mount namespace of this)")
        subprocess.run(namespaces.within("internet", ["sh", "-i"]), check=False)
    return 0


if __name__ == "__main__":
    sys.exit(namespaces.inside(lambda directory: play(directory, int(sys.argv[1]) if len(sys.argv) > 1 else 3)))
