"""Mosquitto. Counted: retained messages, as the broker itself says under $SYS."""

from model import PASSWORD, Spec, View, number

SYS = "mosquitto_sub -h $A -p $P"
OPEN = "sys_interval 1\nlistener $P $A\nallow_anonymous true\n"
LOCKED = "sys_interval 1\nlistener $P $A\nallow_anonymous false\npassword_file $D/pw\n"
TLS = OPEN + "certfile $C/good.pem\nkeyfile $C/good.key\n"
SEED = "for t in a b c d; do mosquitto_pub ${CLIENT#mosquitto_sub} -r -t zoo/$t -m value; done\nsleep 2"


def truth(box):
    word = lambda topic: box.client(f"-C 1 -W 10 -t '$SYS/broker/{topic}'")
    return {"version": number(word("version")), "records": int(word("retained messages/count"))}


def mosquitto(variant, config, view, client=SYS, prepare=""):
    return Spec("mosquitto:" + variant, "mosquitto -c $D/m.conf", client=client, files={"m.conf": config},
                prepare=prepare, seed=SEED, truth=truth, views=(view,))


SEES = ("version", "records")

SPECS = (
    mosquitto("open", OPEN, View("mqtt", "open", sees=SEES)),
    mosquitto("locked", LOCKED, View("mqtt", "locked"), client=f"{SYS} -u zoo -P {PASSWORD}",
              prepare=f"mosquitto_passwd -b -c pw zoo {PASSWORD}"),
    mosquitto("tls", TLS, View("mqtt", "open", sees=SEES, transport="tls", certificate="good.pem"),
              client=SYS + " --cafile $C/ca.pem"),
)
