"""TigerVNC's server, which shows a screen of its own: without a secret and with one."""

from model import Spec, View

SERVER = "Xtigervnc :$P2 -rfbport $P -interface $A -geometry 640x480 -depth 16 -nolisten tcp -nolisten unix -ac"
# What tigervncpasswd makes of "s3cret12".
PASSWD = "printf '\\x25\\x0b\\x8c\\x91\\x71\\x1f\\x3d\\x0a' >$D/passwd"

SPECS = (
    Spec("vnc:open", SERVER + " -SecurityTypes None -desktop zoo",
         views=(View("vnc", "open", facts={"auth": "none", "desktop": "zoo", "desktop.size": "640x480"}),)),
    Spec("vnc:locked", SERVER + " -SecurityTypes VncAuth -PasswordFile $D/passwd", prepare=PASSWD,
         views=(View("vnc", "locked", facts={"auth": "password", "security": "VNC password"}),)),
    Spec("vnc:both", SERVER + " -SecurityTypes VncAuth,None -PasswordFile $D/passwd", prepare=PASSWD,
         views=(View("vnc", "open", facts={"auth": "none"}),)),
)
