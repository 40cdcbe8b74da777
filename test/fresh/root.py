"""Minimal roots of Debian 12, as a machine is that has nothing yet: one made by debootstrap, and copies of it to work in.

Every command runs in a mount namespace of its own, so that nothing stays mounted; the network is that of this machine, for
apt. Packages that were fetched once are kept beside the root."""
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("AJAR_FRESH_CACHE", ROOT / "build/fresh-cache"))
RELEASE = "bookworm"
LEFT_BY_APT = ("var/lib/apt/", "var/lib/dpkg/", "var/cache/", "var/log/", "tmp/", "run/", "etc/ld.so.cache")
ENTER = """mount --bind "$1" "$1" && mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount -t sysfs sysfs "$1/sys" || exit 125
cd / && exec chroot "$1" /usr/bin/env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
  sh -c "$2"
"""


def minimal():
    """The root that copies are made of."""
    base = CACHE / RELEASE
    if not (base / "made").exists():
        shutil.rmtree(base, ignore_errors=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(["debootstrap", "--variant=minbase", RELEASE, base], check=True, stdout=subprocess.DEVNULL)
        (base / "made").touch()
    return base


class Fresh:
    """A copy of the minimal root; `with` ends it."""

    def __init__(self, name):
        self.path = CACHE / f"work-{name}-{os.getpid()}"
        self.archives = CACHE / "archives"
        self.fetched = self.path / "var/cache/apt/archives"
        self.times = []

    def __enter__(self):
        self.archives.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", "--reflink=auto", minimal(), self.path], check=True)
        for deb in self.archives.glob("*.deb"):
            shutil.copy(deb, self.fetched)
        shutil.copy("/etc/resolv.conf", self.path / "etc/resolv.conf")
        # apt would leave out what it fetched, and throw it away afterwards.
        (self.path / "etc/apt/apt.conf.d/docker-clean").unlink(missing_ok=True)
        (self.path / "etc/apt/apt.conf.d/keep").write_text('APT::Keep-Downloaded-Packages "true";\nAPT::Sandbox::User "root";\n')
        (self.path / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
        (self.path / "usr/sbin/policy-rc.d").chmod(0o755)
        return self

    def __exit__(self, *_):
        for deb in self.fetched.glob("*.deb"):
            if not (self.archives / deb.name).exists():
                shutil.copy(deb, self.archives / f"{deb.name}.{os.getpid()}")
                (self.archives / f"{deb.name}.{os.getpid()}").rename(self.archives / deb.name)
        shutil.rmtree(self.path, ignore_errors=True)

    def run(self, command, timeout=3600, time_it=True):
        began = time.monotonic()
        r = subprocess.run(["unshare", "-m", "-u", "sh", "-c", ENTER, "sh", self.path, command], stdin=subprocess.DEVNULL,
                           capture_output=True, text=True, timeout=timeout)
        if time_it:
            self.times.append((time.monotonic() - began, command))
            print(f"   {time.monotonic() - began:7.1f} s  {command.splitlines()[0][:110]}", flush=True)
        return r

    def files(self):
        """All that lies there but what apt and dpkg keep for themselves."""
        found = {str(p.relative_to(self.path)) for p in self.path.rglob("*") if not p.is_dir() or p.is_symlink()}
        return {f for f in found if not f.startswith((*LEFT_BY_APT, "proc/", "dev/", "sys/"))}


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def __call__(self, name, good, detail=""):
        self.passed += bool(good)
        self.failed += not good
        if not good:
            print(f"not ok {name}: {detail}", flush=True)

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(self.failed > 0)
