"""What a text says about the command of a server, done to its unit, as `systemctl edit` does it."""

import pathlib
import shlex

import paste

PLACES = ("/etc/systemd/system", "/lib/systemd/system")


def files_of(name):
    """The unit's own file, then what was written over it, as far as they are there."""
    own = next(file for file in (pathlib.Path(place) / f"{name}.service" for place in PLACES) if file.exists())
    return [own, *sorted(pathlib.Path(f"/etc/systemd/system/{name}.service.d").glob("*.conf"))]


def command_of(name):
    """The words that start it."""
    lines = [line for file in files_of(name) for line in file.read_text().replace("\\\n", " ").splitlines()]
    return shlex.split([line for line in lines if line.startswith("ExecStart=") and line != "ExecStart="][-1].partition("=")[2])


def change(name, part):
    """Does what a paste.Command says, but for the start."""
    folder = pathlib.Path(f"/etc/systemd/system/{name}.service.d")
    folder.mkdir(parents=True, exist_ok=True)
    if part.what == paste.ENVIRONMENT:
        text = "".join(f"Environment={shlex.quote(line)}\n" for line in part.lines)
        (folder / "environment.conf").write_text("[Service]\n" + text)
    else:
        words = command_of(name)
        if part.what == paste.START:
            words = paste.started(words, part.lines)
        else:
            for line in part.lines:
                words = paste.without(words, line)[0]
        (folder / "start.conf").write_text(f"[Service]\nExecStart=\nExecStart={shlex.join(words)}\n")
