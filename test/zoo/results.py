"""Keeps what a run found, one JSON file a server and variant, for test/zoo/table.py."""

import json
import pathlib
import re
import shutil
import subprocess

from compare import lines_of

# Servers that an interpreter runs: which package they are.
OF_AN_INTERPRETER = {"zookeeper": "zookeeper", "activemq": "activemq", "rabbitmq": "rabbitmq-server", "jdwp": "openjdk-17-jre-headless",
                     "rmi": "openjdk-17-jre-headless", "telnet": "inetutils-telnetd", "web": "python3"}


def debian_version(spec):
    """The version of the Debian package that a command's program belongs to; None where that cannot be told."""
    words = re.split(r"\bexec ", spec.command)[-1].split()
    while words and (words[0] in ("env", "sh", "-c") or "=" in words[0]):
        words.pop(0)
    path = shutil.which(words[0].strip("'\"")) if words else None
    package = OF_AN_INTERPRETER.get(spec.server.removeprefix("odd-"))
    if not package and path:
        for candidate in (path, str(pathlib.Path(path).resolve())):
            found = subprocess.run(["dpkg-query", "-S", candidate], capture_output=True, text=True)
            if found.returncode == 0:
                package = found.stdout.split(":")[0]
                break
    if not package:
        return None
    version = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True).stdout
    return re.sub(r"^\d+:|[-+~](dfsg|debian|deb|ds)?.*$", "", version) or None


def is_about(check, spec):
    """Checks of one scan over several servers count against each of them."""
    head = check.label.split(" ")[0].split("/")[0]
    return head == spec.name or head == "scan"


class Results:
    """`version_of`: the version of a spec's package, where the server's own tool says none."""

    def __init__(self, directory, version_of):
        self.directory = pathlib.Path(directory)
        self.version_of = version_of
        self.directory.mkdir(parents=True, exist_ok=True)

    def keep(self, spec, checks, truth=None, services=()):
        mine = [check for check in checks if is_about(check, spec)]
        entry = {
            "name": spec.name, "version": (truth or {}).get("version") or self.version_of(spec),
            "seen": [{key: service.get(key) for key in ("product", "version", "verdict", "collections", "records", "bytes", "via")}
                     for service in services],
            "checks": len(mine), "wrong": [check.line() for check in mine if not check.ok],
        }
        path = self.directory / (spec.name.replace(":", "@") + ".json")
        path.write_text(json.dumps(entry, indent=1, sort_keys=True) + "\n")

    def keep_boxes(self, boxes, checks, truths, report):
        for box in boxes:
            services = [line for view in box.spec.views for line in lines_of(report, "service", box.endpoint(view), view.via)]
            self.keep(box.spec, checks, truths.get(box.spec.name), services)
