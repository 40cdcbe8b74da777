"""Xvfb: a display that anybody may connect to, and one that wants a cookie. Its port is 6000 and the number of the display."""

from model import Spec, View

SERVER = "sh -c 'exec Xvfb :$(($P-6000)) -listen tcp -nolisten unix -screen 0 64x64x16 "

SPECS = (
    Spec("x11:open", SERVER + "-ac'", port=6004, truth=lambda box: {"version": "21.1.7"}, views=(View("x11", "open", sees=("version",)),)),
    Spec("x11:locked", SERVER + "-auth $D/auth'", port=6005,
         prepare="printf '\\377\\377\\0\\0\\0\\0\\0\\022MIT-MAGIC-COOKIE-1\\0\\0200123456789abcdef' >$D/auth",
         views=(View("x11", "locked", facts={"auth": "cookie"}),)),
)
