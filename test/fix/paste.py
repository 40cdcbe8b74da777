"""Reads the text of a fix as a person does, and does what it says (doc/rules.md, "Fix").

A fix is for a shell of root on the machine itself, from its first line to its last, but for one thing: the lines that follow
`# In FILE:` or `# In FILE [SECTION]:`, up to the next empty line, are lines of that file. Each takes the place of those that
set the same, wherever they stand, or is added. In the same way the lines that follow `# On its start line:` are options of
the server's command, those of `# Not on its start line:` are options that go, those of `# In its environment:` variables;
`# Start it again.` is done where it stands.
"""

import json
import os
import re
import shlex
from dataclasses import dataclass, field

import yaml

START, WITHOUT, ENVIRONMENT = "# On its start line:", "# Not on its start line:", "# In its environment:"
AGAIN = "# Start it again."
IN_FILE = re.compile(r"# In (/\S+?)(?: \[(\S+)\])?:$")


@dataclass
class Edit:
    """Lines for one file."""

    file: str
    section: str = ""
    lines: list = field(default_factory=list)


@dataclass
class Command:
    """Something about the command that starts the server: START, WITHOUT, ENVIRONMENT with its lines, or AGAIN."""

    what: str
    lines: list = field(default_factory=list)


def parts(text):
    """The text as a list of shell scripts (str), edits of files (Edit) and of the command (Command), in its order."""
    found, shell, edit = [], [], None
    for line in text.split("\n"):
        start = IN_FILE.match(line)
        if not start and line.startswith("# In /"):
            raise ValueError(f"{line!r} is not `# In FILE:` or `# In FILE [SECTION]:`")
        if start:
            found.append("\n".join(shell))
            shell, edit = [], Edit(start[1], start[2] or "")
            found.append(edit)
        elif edit and not line.strip():
            edit = None
        elif line == AGAIN or line in (START, WITHOUT, ENVIRONMENT):
            found.append("\n".join(shell))
            shell, edit = [], Command(line)
            found.append(edit)
            edit = edit if line != AGAIN else None
        elif line.startswith(("# On its start", "# Not on its start", "# In its env", "# Start it again")):
            raise ValueError(f"{line!r} is nearly what it should be")
        elif edit:
            edit.lines.append(line)
        else:
            shell.append(line)
    found.append("\n".join(shell))
    return [part for part in found if not isinstance(part, str) or does_something(part)]


def does_something(script):
    return any(line.strip() and not line.lstrip().startswith("#") for line in script.split("\n"))


def key_of(line):
    """What a line sets: the word before a blank, "=" or ":"; None where it is a comment or sets nothing."""
    found = re.match(r"\s*([^\s=:#;][^\s=:]*)", line)
    return found[1] if found else None


def edited(old, edit):
    """The text of a file after the edit."""
    if edit.file.endswith((".yml", ".yaml")) or edit.file.endswith("mongod.conf"):
        return edited_yaml(old, edit.lines)
    if edit.file.endswith(".json"):
        return edited_json(old, edit.lines)
    if edit.file.endswith("-site.xml"):
        return edited_xml(old, edit.lines)
    new = [line for line in edit.lines if not line.lstrip().startswith("#")]
    keys = {key_of(line) for line in new}
    before, inside, after = split_section(old.split("\n"), edit.section)
    inside = [line for line in inside if key_of(line) not in keys]
    while inside and not inside[-1].strip():
        inside.pop()
    return "\n".join([*before, *inside, *new, *after]).rstrip("\n") + "\n"


def split_section(lines, section):
    """The lines before those of [section], those inside, those after; a section that is missing is added at the end."""
    if not section:
        return [], lines, []
    head = f"[{section}]"
    starts = [index for index, line in enumerate(lines) if line.strip() == head]
    if not starts:
        return [*lines, head], [], []
    first = starts[0] + 1
    last = next((index for index in range(first, len(lines)) if lines[index].lstrip().startswith("[")), len(lines))
    return lines[:first], lines[first:last], ["", *lines[last:]]


def merged(into, new):
    for key, value in new.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merged(into[key], value)
        else:
            into[key] = value


def edited_yaml(old, lines):
    """A person looks for the key and puts the value there, at whatever depth, written nested or with dots."""
    document = yaml.safe_load(old) or {}
    merged(document, yaml.safe_load("\n".join(lines)) or {})
    return yaml.safe_dump(document, sort_keys=False)


def edited_json(old, lines):
    """Members of the outermost object; what is a comment there is not kept."""
    plain = re.sub(r'("(?:[^"\\]|\\.)*")|/\*.*?\*/|//[^\n]*', lambda found: found[1] or "", old, flags=re.S)
    document = json.loads(plain or "{}")
    merged(document, json.loads("{" + "\n".join(lines).rstrip().rstrip(",") + "}"))
    return json.dumps(document, indent=2) + "\n"


def edited_xml(old, lines):
    """Hadoop's files: NAME=VALUE is the property of that name."""
    for line in lines:
        name, _, value = line.partition("=")
        old = re.sub(rf"\s*<property>\s*<name>{re.escape(name)}</name>.*?</property>", "", old, flags=re.S)
        made = f"<property><name>{name}</name><value>{value}</value></property>"
        old = old.replace("</configuration>", f"{made}</configuration>") if old.strip() else f"<configuration>{made}</configuration>"
    return old


def option_of(line):
    """The words of an option, its name, and whether it takes a value."""
    words = shlex.split(line)
    name, equals, _ = words[0].partition("=")
    return words, name, bool(equals) or len(words) > 1


def without(words, line):
    """The words of a command without an option, and where it stood first (None: nowhere)."""
    _, name, takes_value = option_of(line)
    left, place, skip = [], None, False
    for word in words:
        if skip:
            skip = False
            continue
        if word == name or word.startswith(name + "="):
            place = len(left) if place is None else place
            skip = word == name and takes_value
        else:
            left.append(word)
    return left, place


def started(words, lines):
    """The words of a command with these options, each in the place of the same one; Java's own stand behind `java`."""
    for line in lines:
        words, place = without(words, line)
        if place is None:
            java = [index for index, word in enumerate(words) if os.path.basename(word) == "java"]
            place = java[0] + 1 if java and line.startswith(("-D", "-X")) else len(words)
        words[place:place] = option_of(line)[0]
    return words
