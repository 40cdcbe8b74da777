"""Stand-ins that answer as the recorded examples of the catalog do: one HTTP server, an address of loopback for each.

What an example does not write is answered with 404. The server listens on every address; whoever connects to the Nth
address (`address()`) meets the Nth example."""

import asyncio
import ipaddress
import pathlib
import re

import yaml

FIRST = ipaddress.IPv4Address("127.120.0.1")
NOT_THERE = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 9\r\nConnection: close\r\n\r\nnot found"
RECORDED_AT = re.compile(rb"(?i)(\r\nlocation: *http://)(?:127\.\d+\.\d+\.\d+|localhost)(?::\d+)?/")
OWN_FIELDS = ("content-length", "transfer-encoding", "connection")
ACCEPT = "application/json"  # of a request that names none
METHODS = ("get", "head", "post", "propfind")


def address(number):
    return str(FIRST + number)


class Standin:
    """One example of one entry: what is asked of it, what it answers, what a scan must say."""

    def __init__(self, entry, example, others):
        self.product, self.example = entry["product"], example
        self.name = f"{self.product}: {example['name']}"
        self.port = example.get("port") or (entry.get("ports") or [0])[0]
        self.below = any(key.startswith("/") for key in example["answers"])
        self.answers = {}
        for key, text in example["answers"].items():
            for *place, accept in places_of(entry, key, others):
                self.answers.setdefault((*place, accept), wire_form(text))
                self.answers.setdefault((*place, None), wire_form(text))

    def answer(self, method, path, body, accept, host):
        """An answer that names the address at which it was recorded names ours instead.

        Two requests of one entry may differ in nothing but what they accept; who asks for anything else gets the first."""
        asked = ((method, path, body, accept), (method, path, body, None), (method, path, None, accept), (method, path, None, None))
        if method == "HEAD":
            asked += (("GET", path, None, None),)
        found = next((self.answers[place] for place in asked if place in self.answers), None)
        return RECORDED_AT.sub(rb"\g<1>" + host + b"/", found) if found else NOT_THERE


def requests_of(entry):
    return {"root": {"get": "/", "accept": "application/json, text/html;q=0.9, */*;q=0.8"}, **(entry.get("requests") or {})}


def method_and_path(request):
    return next((method, request[method]) for method in METHODS if method in request)


def places_of(entry, key, others):
    """Method, path, body and Accept of what an answer's key names: `indices`, `info/albums`, `console.elasticsearch.root`, `/base:status`."""
    base = ""
    if key.startswith("/"):
        base, _, key = key.partition(":")
    name, _, hole = key.partition("/")
    if name in requests_of(entry):
        request = requests_of(entry)[name]
        method, path = method_and_path(request)
        yield method.upper(), base + re.sub(r"\{name[^}]*\}", lambda _: hole, path), request.get("body"), request.get("accept", ACCEPT)
        return
    route, store, nested = name.split(".")
    for each in (entry.get("behind") or {}).get("routes", ()):
        if each["name"] == route:
            method, path = method_and_path(each)
            inner = method_and_path(requests_of(others[store])[nested])[1]
            quoted = re.sub(r"[^A-Za-z0-9._~-]", lambda found: f"%{ord(found.group()):02X}", inner)
            yield method.upper(), base + path.replace("{path:url}", quoted).replace("{path}", inner), None, each.get("accept", ACCEPT)


def wire_form(text):
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    lines = head.split("\n")
    body = body.encode()
    kept = [line for line in lines[1:] if line.split(":")[0].strip().lower() not in OWN_FIELDS and line.strip()]
    return "\r\n".join([lines[0], *kept, f"Content-Length: {len(body)}", "Connection: close", "", ""]).encode() + body


def read_catalog(directory):
    entries = {}
    for path in sorted(pathlib.Path(directory).glob("*.yaml")):
        entry = yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        entries[entry["product"]] = entry
    return entries


def standins_of(entries):
    return [Standin(entry, example, entries) for entry in entries.values() for example in entry["examples"]]


async def serve(standins, port):
    first = int(FIRST)

    async def talk(reader, writer):
        try:
            number = int(ipaddress.IPv4Address(writer.get_extra_info("sockname")[0])) - first
            head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode("latin-1")
            method, path = head.split(" ")[:2]
            length = re.search(r"(?im)^content-length: *(\d+)", head)
            body = (await reader.readexactly(int(length.group(1)))).decode("latin-1") if length else None
            host = re.search(r"(?im)^host: *(\S+)", head)
            accept = re.search(r"(?im)^accept: *(.*?) *\r", head)
            answer = standins[number].answer(method, path, body, accept and accept.group(1),
                                             host.group(1).encode() if host else b"localhost")
            writer.write(answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if method == "HEAD" else answer)
            await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.TimeoutError, asyncio.LimitOverrunError, ValueError, IndexError, OSError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "0.0.0.0", port, backlog=512)
    async with server:
        await server.serve_forever()
