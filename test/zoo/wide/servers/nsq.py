"""NSQ 1.3: what it says of itself."""

from model import Spec, View

from ..cache import CACHE

SPECS = (
    Spec("nsq-1.3:open", f"{CACHE}/nsq-1.3/nsqd -tcp-address $A:$P -http-address $A:$P2 -data-path $D", truth=lambda box: {"version": "1.3.0"},
         views=(View("nsq", "identified", sees=("version",), facts={"auth": "none"}),)),
)
