"""microsocks: a relay for everybody, and one that wants a login."""

from model import PASSWORD, Spec, View

SPECS = (
    Spec("socks:open", "microsocks -i $A -p $P", port=1080, views=(View("socks", "open", facts={"auth": "none"}),)),
    Spec("socks:locked", "microsocks -i $A -p $P -u zoo -P " + PASSWORD, port=1081,
         views=(View("socks", "locked", facts={"auth": "password"}),)),
)
