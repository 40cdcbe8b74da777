"""Varnish's management port: without a secret, and with one."""

from model import Spec, View, number

SERVER = "varnishd -F -a $A:$P2 -T $A:$P -n $D/v -b 127.0.0.1:9 -j none -p thread_pool_min=5 "


def truth(box):
    return {"version": number(box.sh("varnishd -V 2>&1"))}


SPECS = (
    Spec("varnish:open", SERVER + "-S none", truth=truth, slow=True,
         views=(View("varnish", "open", sees=("version",), facts={"auth": "none"}),)),
    Spec("varnish:locked", SERVER + "-S $D/secret", files={"secret": "s3cret\n"}, truth=truth, slow=True,
         views=(View("varnish", "locked", facts={"auth": "secret"}),)),
)
