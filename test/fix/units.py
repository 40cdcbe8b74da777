"""Units of systemd: their own files, what was written over them, and what is said about their commands, as `systemctl edit` does it."""

import pathlib
import re
import shlex

PLACES = ("/etc/systemd/system", "/lib/systemd/system")


def file_of(name):
    """The unit's own file, or its template's; None where there is none."""
    template = re.sub(r"@.*", "@", name)
    files = (pathlib.Path(place) / f"{each}.service" for place in PLACES for each in (name, template))
    return next((file for file in files if file.exists()), None)


def files_of(name):
    """Its own file, then what was written over it."""
    return [file_of(name), *sorted(pathlib.Path(f"/etc/systemd/system/{name}.service.d").glob("*.conf"))]


def read(name):
    """Key -> list of values of the section [Service], what was written over them included; an empty value takes back what was there."""
    unit = {}
    for file in files_of(name):
        text = file.read_text().replace("\\\n", " ")
        for line in re.search(r"^\[Service\]$(.*?)(?=^\[|\Z)", text, re.M | re.S)[1].splitlines():
            key, equals, value = line.partition("=")
            if not equals or line.startswith("#"):
                continue
            if value.strip():
                unit.setdefault(key.strip(), []).append(value.strip())
            else:
                unit[key.strip()] = []
    return unit


def command_of(name):
    """The words that start it."""
    return shlex.split(read(name)["ExecStart"][-1])


def add(name, what, lines):
    """Writes lines of [Service] over what the unit has; again of the same `what`: in the place of them."""
    folder = pathlib.Path(f"/etc/systemd/system/{name}.service.d")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{what}.conf").write_text("\n".join(["[Service]", *lines]) + "\n")


def set_command(name, words):
    add(name, "start", ["ExecStart=", f"ExecStart={shlex.join(words)}"])


def set_environment(name, variables):
    add(name, "environment", [f"Environment={shlex.quote(line)}" for line in variables])
