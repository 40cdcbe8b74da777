#!/usr/bin/env python3
"""Tests of the reading of fixes, without any server."""

import json
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import paste  # noqa: E402

TEXT = """# Interrupts: nothing.
one 'a
b'
# In /etc/x.conf:
a = 1
# a word

# In /etc/y.ini [s]:
b=2

two"""


class Parts(unittest.TestCase):
    def test_order(self):
        first, x, y, last = paste.parts(TEXT)
        self.assertIn("one 'a\nb'", first)
        self.assertEqual((x.file, x.section, x.lines), ("/etc/x.conf", "", ["a = 1", "# a word"]))
        self.assertEqual((y.file, y.section, y.lines), ("/etc/y.ini", "s", ["b=2"]))
        self.assertEqual(last.strip(), "two")

    def test_words_only(self):
        self.assertEqual(paste.parts("# nothing\n#   to do"), [])

    def test_nearly(self):
        with self.assertRaises(ValueError):
            paste.parts("# In /etc/x.conf (mind the gap):\na = 1")


class Edits(unittest.TestCase):
    def edit(self, old, file, *lines, section=""):
        return paste.edited(old, paste.Edit(file, section, list(lines)))

    def test_takes_the_place_of_what_sets_the_same(self):
        self.assertEqual(self.edit("bind 0.0.0.0\n# bind\nport 1\n", "/x.conf", "bind ::1"), "# bind\nport 1\nbind ::1\n")
        self.assertEqual(self.edit("a=1\nb=2\n", "/x.cfg", "a = 3"), "b=2\na = 3\n")
        self.assertEqual(self.edit("-l 0.0.0.0\n-m 64\n", "/x.conf", "-l ::1"), "-m 64\n-l ::1\n")

    def test_section(self):
        old = "[a]\nx = 1\n\n[b]\nx = 2\n"
        self.assertEqual(self.edit(old, "/x.ini", "x = 3", section="a"), "[a]\nx = 3\n\n[b]\nx = 2\n")
        self.assertEqual(self.edit(old, "/x.ini", "x = 3", section="b"), "[a]\nx = 1\n\n[b]\nx = 3\n")
        self.assertEqual(self.edit(old, "/x.ini", "x = 3", section="c"), old + "\n[c]\nx = 3\n")

    def test_yaml_keeps_what_is_beside(self):
        new = self.edit("net:\n  port: 1\nsecurity: {}\n", "/etc/mongod.conf", "net:", "  tls:", "    mode: requireTLS")
        self.assertEqual(paste.yaml.safe_load(new), {"net": {"port": 1, "tls": {"mode": "requireTLS"}}, "security": {}})


class Xml(unittest.TestCase):
    def test_in_the_place_of_the_same(self):
        old = "<configuration><property><name>a.b</name><value>1</value></property><property><name>ab</name><value>2</value></property></configuration>\n"
        new = paste.edited(old, paste.Edit("/etc/x-site.xml", lines=["a.b=3"]))
        self.assertEqual(new, "<configuration><property><name>ab</name><value>2</value></property>"
                         "<property><name>a.b</name><value>3</value></property></configuration>\n")
        self.assertIn("<value>4</value>", paste.edited("", paste.Edit("/etc/x-site.xml", lines=["c=4"])))


class Json(unittest.TestCase):
    def test_among_comments(self):
        old = '{\n/* a\n"b": 1 */ "url": "http://x", // "c": 2\n"users": {"ada": "1"}}'
        new = paste.edited(old, paste.Edit("/etc/x.json", lines=['"on": true,', '"users": {"bob": "2"},']))
        self.assertEqual(json.loads(new), {"url": "http://x", "users": {"ada": "1", "bob": "2"}, "on": True})


class Starts(unittest.TestCase):
    TEXT = "# On its start line:\n--bind 127.0.0.1\n-p=1\n\n# Not on its start line:\n--open\n\n# In its environment:\nA=b c\n\n# Start it again.\nnginx"

    def test_parts(self):
        on, off, env, again, shell = paste.parts(self.TEXT)
        self.assertEqual((on.what, on.lines), (paste.START, ["--bind 127.0.0.1", "-p=1"]))
        self.assertEqual((off.what, off.lines), (paste.WITHOUT, ["--open"]))
        self.assertEqual((env.what, env.lines), (paste.ENVIRONMENT, ["A=b c"]))
        self.assertEqual((again.what, again.lines, shell.strip()), (paste.AGAIN, [], "nginx"))

    def test_nearly(self):
        for line in ("# On its start line (of systemd):", "# Start it again", "# In its environment, too:"):
            with self.assertRaises(ValueError):
                paste.parts(line)

    def test_in_the_place_of_the_same(self):
        words = "x --bind 0.0.0.0 --bindings 3 --port=1 --bind=::1 file".split()
        self.assertEqual(paste.started(words, ["--bind 127.0.0.1"]), "x --bind 127.0.0.1 --bindings 3 --port=1 file".split())
        self.assertEqual(paste.started(words, ["--user 'a b'"]), [*words, "--user", "a b"])
        self.assertEqual(paste.without(["x", "--open", "file"], "--open")[0], ["x", "file"])
        self.assertEqual(paste.without(["x", "--token=", "file"], "--token=")[0], ["x", "file"])

    def test_of_java(self):
        self.assertEqual(paste.started(["env", "/usr/bin/java", "-jar", "x"], ["-Da=b"]), ["env", "/usr/bin/java", "-Da=b", "-jar", "x"])


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    wrong = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - wrong} passed, {wrong} failed")
    sys.exit(1 if wrong else 0)
