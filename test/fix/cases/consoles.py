"""Consoles that run, show or steer something: what they manage is as open as they are."""

from case import PASSWORD
from from_zoo import BY_NAME, console, spec_of

RULE = "open-dashboard"
NOBODY = ""

CASES = (
    console(RULE, "redis-commander", "redis-commander:open", 8081, "/", "Redis Commander"),
    console(RULE, "flower", spec_of("flower:open", ("--address=$A --port=$P", "--address=$A --port=$P")), 5555, "/", "Flower"),
    console(RULE, "ray", "ray:open", 8265, "/api/version", "ray_version"),
    console(RULE, "tensorboard", "tensorboard:open", 6006, "/data/environment", "data_location"),
)
