#!/usr/bin/env python3
"""packaging/Containerfile, built and run: by buildah where it is at hand, with a minimal Debian under the name of the base image,
so that no registry is asked; otherwise each of its steps in a root of its own.

    test/fresh/container.py [--steps]        as root, needs debootstrap; --steps: the steps, also where buildah is there
"""
import pathlib
import re
import shutil
import subprocess
import sys

from root import ROOT, Checks, Fresh, minimal

IMAGE = "localhost/ajar-fresh"
SCAN = "scan --json --db /data/a.db 127.0.0.1:1"


def instructions():
    """(word, rest) of each, its continuation lines joined."""
    text = (ROOT / "packaging/Containerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(None, 1)) for line in lines]


def tree(folder):
    """What git knows of this tree, as `COPY .` gets it from a clean clone."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-C", ROOT, "--null", "-T", "-", "-cf", folder / "tree.tar"], input=names, check=True)
    return folder / "tree.tar"


class Stage:
    def __init__(self, fresh):
        self.fresh, self.folder, self.user, self.env, self.entry = fresh, "/", "root", "", []

    def copy(self, rest, stages):
        words = rest.split()
        to = self.fresh.path / words[-1].lstrip("/")
        to.mkdir(parents=True, exist_ok=True)
        if words[0].startswith("--from="):
            source = stages[words[0].removeprefix("--from=")].fresh.path / words[1].strip("/")
            # A file over one that stands behind a link (/lib) goes through the link, as builders do it.
            subprocess.run(f"tar -C {source} -cf - . | tar -C {to} --keep-directory-symlink -xf -", shell=True, check=True)
        else:
            subprocess.run(["tar", "-C", to, "-xf", tree(self.fresh.path / "tmp")], check=True)

    def step(self, word, rest, stages):
        if word == "RUN":
            return self.fresh.run(f"cd {self.folder} && {rest}")
        if word == "COPY":
            self.copy(rest, stages)
        elif word == "WORKDIR":
            self.folder = rest
        elif word == "USER":
            self.user = rest
        elif word == "ENV":
            self.env += f"{rest} "
        elif word == "ENTRYPOINT":
            self.entry = re.findall(r'"([^"]*)"', rest)
        elif word not in ("VOLUME", "CMD"):
            raise SystemExit(f"no step for {word}")
        return None

    def use(self, words):
        who = f"setpriv --reuid={self.user} --regid={self.user} --clear-groups env HOME=$(getent passwd {self.user} | cut -d: -f6)"
        return self.fresh.run(f"{who} {self.env} {' '.join(self.entry)} {words}")


def by_steps(check, stages, began):
    for word, rest in instructions():
        if word == "FROM":
            name = rest.split(" AS ")[-1] if " AS " in rest else "last"
            began.append(Fresh(f"container-{name}").__enter__())
            stages[name] = stage = Stage(began[-1])
            continue
        r = stage.step(word, rest, stages)
        check(f"{word} {rest[:60]}", r is None or r.returncode == 0, r and r.stdout[-300:] + r.stderr[-600:])
    return stage.use


def by_buildah(check):
    buildah = ["buildah", "--storage-driver", "vfs"]
    base = next(rest.split()[0] for word, rest in instructions() if word == "FROM")
    run = lambda *args, **more: subprocess.run([*buildah, *args], capture_output=True, text=True, **more)
    container = run("from", "scratch").stdout.strip()
    try:
        mounted = run("mount", container).stdout.strip()
        subprocess.run(["cp", "-a", f"{minimal()}/.", mounted], check=True)
        run("umount", container)
        check("a base image", run("commit", "-q", container, base).returncode == 0)
    finally:
        run("rm", container)
    with Fresh("context") as fresh:
        context = fresh.path / "context"
        context.mkdir()
        subprocess.run(["tar", "-C", context, "-xf", tree(fresh.path / "tmp")], check=True)
        r = run("bud", "--isolation", "chroot", "--pull=never", "-f", str(context / "packaging/Containerfile"), "-t", IMAGE, str(context), timeout=3600)
    check("buildah builds it", r.returncode == 0, r.stdout[-800:] + r.stderr[-800:])
    final = run("from", "--pull=never", IMAGE).stdout.strip()
    return lambda words: run("run", "--isolation", "chroot", final, "--", "/usr/bin/ajar", *words.split()), lambda: (run("rm", final), run("rmi", IMAGE, base))


def main():
    check = Checks()
    stages, began, end = {}, [], None
    try:
        if shutil.which("buildah") and "--steps" not in sys.argv:
            use, end = by_buildah(check)
        else:
            use = by_steps(check, stages, began)
        check("it starts", use("--version").stdout.startswith("ajar "))
        r = use(SCAN)
        check("it scans, and remembers in /data", r.returncode == 0 and '"type":"summary"' in r.stdout, r.stdout[-300:] + r.stderr)
        r = use("show --db /data/a.db")
        check("it tells what it remembers", r.returncode == 0 and "Open now: 0" in r.stdout, r.stdout + r.stderr)
        r = use("list")
        check("it has its catalog", "elasticsearch" in r.stdout, r.stderr)
    finally:
        if end:
            end()
        for fresh in began:
            fresh.__exit__()
    check.end()


main()
