"""Mosquitto. Counted: retained messages and the bytes held, as the broker itself says under $SYS.

It counts its own $SYS topics among them, about 50, of which some come and go: Ajar therefore states the number only
where it is above 64, and the slack is that coming and going. A figure that did not change for a minute expires, so the
truth makes the number move before it asks: a message is retained, and taken back.
"""

import socket
import ssl
import time

from model import PASSWORD, Spec, View, number

SYS = "mosquitto_sub -h $A -p $P"
OPEN = "sys_interval 1\nlistener $P $A\nallow_anonymous true\n"
LOCKED = "sys_interval 1\nlistener $P $A\nallow_anonymous false\npassword_file $D/pw\n"
TLS = OPEN + "certfile $C/good.pem\nkeyfile $C/good.key\n"
PUB = "mosquitto_pub ${CLIENT#mosquitto_sub}"
MESSAGES = 150
FIGURE_SECONDS = 1.5  # a little more than sys_interval


def text(words):
    return len(words).to_bytes(2, "big") + words.encode()


def packet(head, *parts):
    body = b"".join(parts)
    return bytes((head, len(body))) + body


def seed(box):
    """In one connection (MQTT 3.1.1), for a process a message would take seconds."""
    connect = packet(0x10, text("MQTT"), b"\4\xc2\0\x3c", text("seed"), text("zoo"), text(PASSWORD))
    messages = (packet(0x31, text(f"zoo/{index}"), b"value") for index in range(MESSAGES))
    with socket.create_connection((box.address, box.ports["P"]), timeout=5) as server:
        if "--cafile" in box.spec.client:
            server = ssl.create_default_context(cafile=box.env["C"] + "/ca.pem").wrap_socket(
                server, server_hostname=box.address)
        server.sendall(connect)
        assert server.recv(4) == b"\x20\2\0\0"
        server.sendall(b"".join(messages) + packet(0xe0))
        assert server.recv(1) == b""


def truth(box):
    for message in ("-m value", "-n"):
        box.sh(f"{PUB} -r -t zoo/moving {message}")
        time.sleep(FIGURE_SECONDS)
    word = lambda topic: box.client(f"-C 1 -W 10 -t '$SYS/broker/{topic}'")
    names = box.sh("$CLIENT -W 1 --retained-only -t 'zoo/#' -F %t || true").split()
    return {"version": number(word("version")), "records": int(word("retained messages/count")),
            "bytes": int(word("store/messages/bytes")), "names": sorted(names)}


def nothing(box):
    return {}


def mosquitto(variant, config, view, client=SYS, prepare="", seed=seed, truth=truth):
    return Spec("mosquitto:" + variant, "mosquitto -c $D/m.conf", client=client, files={"m.conf": config},
                prepare=prepare, seed=seed, truth=truth, views=(view,))


SLACK = {"records": 0.1, "bytes": 0.1}
DOUBT = View("mosquitto", "unclear", facts={"auth": "none", "subscribe": "granted, yet nothing is delivered"},
             rules=("anonymous-broker",))
SEES = {"sees": ("version", "records", "bytes"), "slack": SLACK}

SPECS = (
    mosquitto("open", OPEN, View("mosquitto", "open", **SEES)),
    # No more retained messages than its own: no number is better than one that says nothing about the data.
    mosquitto("quiet", OPEN, View("mosquitto", "open", sees=("version",), slack=SLACK), seed=""),
    # Mosquitto grants every subscription and looks at the rights when it delivers: without a figure of its own nothing is
    # proven, and a finding says so.
    mosquitto("sys-off", OPEN.replace("sys_interval 1", "sys_interval 0"), DOUBT, seed="", truth=nothing),
    mosquitto("some-topics", OPEN + "acl_file $D/acl\n", DOUBT, seed="", truth=nothing,
              prepare="echo 'topic read public/#' >acl"),
    mosquitto("no-topics", OPEN + "acl_file $D/acl\n", DOUBT, seed="", truth=nothing,
              prepare="printf 'user app\\ntopic #\\n' >acl"),
    mosquitto("locked", LOCKED, View("mqtt", "locked", slack=SLACK), client=f"{SYS} -u zoo -P {PASSWORD}",
              prepare=f"mosquitto_passwd -b -c pw zoo {PASSWORD}"),
    mosquitto("tls", TLS, View("mosquitto", "open", transport="tls", certificate="good.pem", **SEES),
              client=SYS + " --cafile $C/ca.pem"),
)
