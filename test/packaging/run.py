#!/usr/bin/env python3
"""What is given to the places where people work: the alert rules (promtool's own checks and their own tests), Grafana's
dashboard (its queries name metrics that there are), the steps of GitHub's action and GitLab's job, run in a shell as their
runners do, against a stand-in.

    test/packaging/run.py BUILD        the last line says how many passed and failed
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
sys.path.insert(0, str(ROOT / "test/watch"))
from receivers import Redis  # noqa: E402
RESULTS = [0, 0]


def check(name, good, detail=""):
    RESULTS[not good] += 1
    if not good:
        print(f"not ok {name}: {detail}")


def metrics_there_are():
    return set(re.findall(r'"(ajar_[a-z_]+)[ "{]', (ROOT / "src/watch/metrics.c").read_text()))


def test_metrics():
    there = metrics_there_are()
    dashboard = json.loads((ROOT / "packaging/grafana/ajar.json").read_text())
    queries = [t["expr"] for p in dashboard["panels"] for t in p["targets"]] + [dashboard["templating"]["list"][1]["query"]["query"]]
    rules = yaml.safe_load((ROOT / "packaging/prometheus/ajar.rules.yaml").read_text())
    queries += [r["expr"] for g in rules["groups"] for r in g["rules"]]
    named = {m for q in queries for m in re.findall(r"ajar_[a-z_]+", q)}
    check("queries name metrics that there are", named <= there and len(named) > 10, named - there)
    ids = [p["id"] for p in dashboard["panels"]]
    check("panels have ids of their own", len(ids) == len(set(ids)))
    used = set()
    for p in dashboard["panels"]:
        g = p["gridPos"]
        cells = {(x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])}
        check(f"panel {p['title']} lies on no other", not cells & used and g["x"] + g["w"] <= 24)
        used |= cells


def test_rules():
    if not shutil.which("promtool"):
        print("skipped: promtool is not installed")
        return
    folder = ROOT / "packaging/prometheus"
    for args in (["check", "rules", "ajar.rules.yaml"], ["test", "rules", "ajar.rules.test.yaml"]):
        r = subprocess.run(["promtool", *args], cwd=folder, capture_output=True, text=True)
        check(f"promtool {args[0]}", r.returncode == 0, r.stdout + r.stderr)
    tested = set(re.findall(r"alertname: (\w+)", (folder / "ajar.rules.test.yaml").read_text()))
    named = set(re.findall(r"alert: (\w+)", (folder / "ajar.rules.yaml").read_text()))
    check("every alert has a test", tested == named, tested ^ named)


def libraries_of(program):
    """The files of the shared libraries that a program names itself."""
    needed = re.findall(r"NEEDED +(\S+)", subprocess.run(["objdump", "-p", program], capture_output=True, text=True).stdout)
    where = dict(re.findall(r"(\S+) => (\S+)", subprocess.run(["ldd", program], capture_output=True, text=True).stdout))
    return {where[n] for n in needed if n in where}


def test_container():
    """The last stage installs the package of every library that the programs need, and copies what was installed."""
    text = (ROOT / "packaging/Containerfile").read_text().replace("\\\n", " ")
    last = text[text.rindex("\nFROM "):]
    installed = set(re.search(r"--no-install-recommends ([^&]*)&&", last)[1].split())
    missing = set()
    for program in BUILD.glob("ajar*"):
        if not program.is_file() or not os.access(program, os.X_OK) or program.suffix:
            continue
        for library in libraries_of(program):
            name = os.path.basename(os.path.realpath(library))
            found = subprocess.run(["dpkg", "-S", f"*/{name}"], capture_output=True, text=True).stdout
            owners = {line.split(":")[0] for line in found.splitlines()}  # of another architecture among them
            if owners and not owners & (installed | {"libc6", "libgcc-s1", "libstdc++6"}):
                missing.add((program.name, *owners))
    check("the container has every library", not missing, missing)
    check("what it installs is what it copies", "DESTDIR=/out install" in text and "COPY --from=build /out/ /" in last)
    check("it runs as somebody without rights", re.search(r"^USER ajar$", last, re.M))


def run_step(script, env):
    """As a runner does: `sh -e` on a file."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("accepted.yaml", "scope.yaml"):
            if name in env.get("_files", {}):
                pathlib.Path(folder, name).write_text(env["_files"][name])
        path = pathlib.Path(folder, "step.sh")
        path.write_text(script)
        clean = {k: v for k, v in env.items() if not k.startswith("_")}
        r = subprocess.run(["sh", "-e", path], cwd=folder, capture_output=True, text=True, timeout=120,
                           env={"PATH": f"{BUILD}:{os.environ['PATH']}", "HOME": folder, **clean})
        files = {p.name: p.read_text() for p in pathlib.Path(folder).iterdir() if p.name != "step.sh"}
        return r, files


def the_steps():
    action = yaml.safe_load((ROOT / "packaging/github/action.yml").read_text())
    step = action["runs"]["steps"][0]
    given = {k: re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", v)[1] for k, v in step["env"].items()}
    check("the action's inputs are all used", set(given.values()) == set(action["inputs"]), given)
    github = {k: action["inputs"][v]["default"] for k, v in given.items()}
    job = yaml.safe_load((ROOT / "packaging/gitlab/ajar.gitlab-ci.yml").read_text())["ajar"]
    check("the job keeps what it writes", job["artifacts"]["reports"]["junit"] == "ajar.xml" and job["artifacts"]["when"] == "always")
    return (("github", step["run"], github, ""), ("gitlab", "\n".join(job["script"]), job["variables"], "AJAR_"))


def test_steps(redis):
    for name, script, defaults, prefix in the_steps():
        target = f"127.0.0.1:{redis.port}"
        env = {**defaults, f"{prefix}TARGETS": target, f"{prefix}FAIL_ON": "low", "GITHUB_STEP_SUMMARY": "summary.md"}
        r, files = run_step(script, env)
        suite = xml.etree.ElementTree.fromstring(files.get("ajar.xml", "<a><b/></a>"))[0]
        check(f"{name}: a finding fails the step", r.returncode == 1 and "redis 8.2.9" in r.stdout, (r.returncode, r.stderr))
        check(f"{name}: JUnit is there", int(suite.get("failures", 0)) >= 1, files.keys())
        check(f"{name}: SARIF is there", json.loads(files.get("ajar.sarif", "{}")).get("version") == "2.1.0", files.keys())
        check(f"{name}: the page for people", "What is open" in files.get("summary.md" if name == "github" else "ajar.html", ""), files.keys())
        r, _ = run_step(script, {**env, f"{prefix}FAIL_ON": "critical"})
        check(f"{name}: below fail-on it passes", r.returncode == 0, r.stderr)
        rules = ("open-store", "version-unsupported", "cleartext-store", "version-exploited")
        accepted = "accepted:\n" + "".join(f'  - {{rule: {rule}, endpoint: "{target}", until: 2099-01-01, why: w, who: o}}\n' for rule in rules)
        r, _ = run_step(script, {**env, f"{prefix}BASELINE": "accepted.yaml", "_files": {"accepted.yaml": accepted}})
        check(f"{name}: the baseline passes", r.returncode == 0, (r.returncode, r.stdout[-400:], r.stderr))
        scope = f'owner: us\nallow: ["{target}"]\n'
        r, _ = run_step(script, {**env, f"{prefix}TARGETS": "", f"{prefix}SCOPE": "scope.yaml", "_files": {"scope.yaml": scope}})
        check(f"{name}: a scope file instead of targets", r.returncode == 1, r.stderr)
        r, _ = run_step(script, {**env, f"{prefix}TARGETS": "8.8.8.8"})
        check(f"{name}: what may not be asked fails", r.returncode == 2, r.returncode)
        r, files = run_step(script, {**env, f"{prefix}TARGETS": "$(touch pwned) ; touch pwned"})
        check(f"{name}: a target is no command", r.returncode == 2 and "pwned" not in files, files.keys())


def main():
    redis = Redis(0)
    try:
        test_metrics()
        test_rules()
        test_container()
        test_steps(redis)
    finally:
        redis.close()
    print(f"{RESULTS[0]} passed, {RESULTS[1]} failed")
    return RESULTS[1] > 0


if __name__ == "__main__":
    sys.exit(main())
