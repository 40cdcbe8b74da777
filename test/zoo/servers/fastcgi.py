"""PHP's process manager: it runs what it is sent by whoever may connect."""

from model import Spec, View

CONFIG = "[global]\nerror_log = $D/own.log\ndaemonize = no\n[www]\nlisten = $A:$P\npm = static\npm.max_children = 1\n"

SPECS = (Spec("fastcgi:open", "php-fpm8.2 -F -y $D/f.conf", files={"f.conf": CONFIG}, port=9000,
              views=(View("fastcgi", "open", facts={"auth": "none"}),)),)
