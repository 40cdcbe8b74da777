"""Alertmanager 0.28: the variants of the Debian one."""

from dataclasses import replace

from model import number
from servers import alertmanager

from ..cache import CACHE, get

SERVER = f"{CACHE}/alertmanager-0.28/alertmanager"


def truth(box):
    below = {"below": "/am", "below-a-path": alertmanager.PREFIX}.get(box.spec.name.split(":")[1], "")
    return {**alertmanager.truth(box), "version": number(get(box, below + "/api/v2/status")["versionInfo"]["version"])}


SPECS = tuple(replace(spec, name=spec.name.replace("alertmanager", "alertmanager-0.28"),
                      truth=spec.truth if spec.name.endswith(":locked") else truth,
                      command=spec.command.replace("prometheus-alertmanager", SERVER, 1))
              for spec in alertmanager.SPECS)
