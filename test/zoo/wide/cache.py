"""Where `install` has put the servers, and small tools that several of them share."""

import base64
import gzip
import json
import os
import pathlib
import re
import urllib.error
import urllib.request

from harness import ZooError
from model import PASSWORD

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
INSTALL = pathlib.Path(__file__).resolve().parent / "install"
CACHE = pathlib.Path(os.environ.get("AJAR_ZOO_CACHE") or REPOSITORY / "build" / "zoo-cache").resolve()


def missing(command):
    """The first directory of the cache that a command names and that is not there."""
    for name in re.findall(re.escape(str(CACHE)) + r"/([^/\s'\":]+)", command):
        if not (CACHE / name).is_dir():
            return CACHE / name
    return None


def fetched_version(directory):
    """The version in the name of the package that `install` fetched into a directory of the cache; None for a stranger."""
    for line in INSTALL.read_text().splitlines():
        words = line.split(None, 2)
        if len(words) == 3 and words[0] == directory:
            found = re.search(r"(?:==|@v?|:)(\d[^\s:]*)", words[2])
            return found.group(1) if found else debian_version(CACHE / directory / "usr/share/doc" / words[2].split()[0])
    return None


def debian_version(documents):
    """The upstream version of a Debian package, from the first line of its changelog."""
    for path in sorted(documents.glob("changelog.Debian*.gz")) + sorted(documents.glob("changelog.gz")):
        found = re.search(rb"\((?:\d+:)?([^)\s]+?)(?:[-+~](?:dfsg|ds|b)?[^)]*)?\)", gzip.open(path).readline())
        if found:
            return found.group(1).decode()
    return None


def package_version(spec):
    """The version of what a spec runs: of the last directory of the cache that its command names and `install` knows."""
    versions = [fetched_version(name) for name in re.findall(re.escape(str(CACHE)) + r"/([^/\s'\":]+)", spec.command)]
    return next((version for version in reversed(versions) if version), None)


def get(box, path, port="P", user="", method="GET", body=None):
    """What a server of ours answers over HTTP, as JSON where it is that; with the zoo's password for a `user`."""
    headers = {"Content-Type": "application/json"}
    if user:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
    request = urllib.request.Request(f"http://{box.address}:{box.ports[port]}{path}", method=method, headers=headers,
                                     data=body.encode() if body is not None else None)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as answer:
            text = answer.read().decode()
    except urllib.error.HTTPError as error:
        raise ZooError(f"{method} {path}: {error} {error.read()[:300]!r}") from None
    is_json = text and ("json" in answer.headers.get("Content-Type", "") or text[0] in "[{")
    return json.loads(text) if is_json else text
