"""Where `install` has put the servers, and small tools that several of them share."""

import base64
import json
import os
import pathlib
import re
import urllib.error
import urllib.request

from harness import ZooError
from model import PASSWORD

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
CACHE = pathlib.Path(os.environ.get("AJAR_ZOO_CACHE") or REPOSITORY / "build" / "zoo-cache").resolve()


def missing(command):
    """The first directory of the cache that a command names and that is not there."""
    for name in re.findall(re.escape(str(CACHE)) + r"/([^/\s'\":]+)", command):
        if not (CACHE / name).is_dir():
            return CACHE / name
    return None


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
