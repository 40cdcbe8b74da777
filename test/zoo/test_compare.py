#!/usr/bin/env python3
"""Tests of the comparison itself, on made-up reports: a zoo that cannot fail would prove nothing."""

import pathlib
import sys
import tempfile
import types
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import certs  # noqa: E402
import compare  # noqa: E402
from model import FIELDS, Spec, View, number  # noqa: E402

TRUTH = {"version": "7.0.15", "collections": 1, "records": 3, "bytes": 1000, "names": ["db0"]}
ENDPOINT = "127.0.0.1:6379"
OPEN = View("redis", "open", sees=FIELDS, slack={"bytes": 0.05})
LOCKED = View("redis", "locked")


def service(**more):
    line = {"type": "service", "endpoint": ENDPOINT, "transport": "tcp", "product": "redis", "version": "7.0.15",
            "verdict": "open", "collections": 1, "records": 3, "bytes": 1040,
            "collection_list": [{"name": "db0", "records": 3, "bytes": None}]}
    return {**line, **more}


def locked(**more):
    return service(**{"verdict": "locked", "collections": None, "records": None, "bytes": None, "version": None,
                      "collection_list": [], **more})


def finding(rule, severity="critical"):
    return {"type": "finding", "rule": rule, "severity": severity, "endpoint": ENDPOINT, "why": "x", "fix": "y"}


def failures(view, report, before=TRUTH, after=TRUTH, certificates=None):
    spec = Spec("redis:test", "true", views=(view,))
    box = types.SimpleNamespace(spec=spec, endpoint=lambda _: ENDPOINT, zoo=types.SimpleNamespace(certs=certificates))
    return [check.label for check in compare.check_box(box, report, before, after) if not check.ok]


class Services(unittest.TestCase):
    def test_right_answers_pass(self):
        self.assertEqual(failures(OPEN, [service(), finding("open-store")]), [])
        self.assertEqual(failures(LOCKED, [locked()]), [])

    def test_each_wrong_answer_fails(self):
        for key, wrong in (("product", "valkey"), ("verdict", "locked"), ("transport", "tls"), ("version", "7.0.1"),
                           ("version", None), ("collections", 2), ("records", 4), ("records", None), ("bytes", 1051),
                           ("bytes", 949)):
            with self.subTest(key=key, wrong=wrong):
                self.assertIn(f"redis:test {key}", failures(OPEN, [service(**{key: wrong}), finding("open-store")]))

    def test_wrong_collection_names_fail(self):
        self.assertEqual(failures(OPEN, [service(collection_list=[{"name": "db1"}]), finding("open-store")]),
                         ["redis:test collection_list"])

    def test_missing_and_double_services_fail(self):
        self.assertEqual(failures(OPEN, []), ["redis:test services"])
        self.assertEqual(failures(OPEN, [service(), service()]), ["redis:test services"])
        self.assertEqual(failures(View("redis", "unclear", optional=True), []), [])

    def test_a_locked_store_that_tells_a_count_fails(self):
        self.assertEqual(failures(LOCKED, [locked(records=3)]), ["redis:test records"])

    def test_what_may_be_told_must_be_true(self):
        view = View("redis", "locked", may=("version",))
        self.assertEqual(failures(view, [locked()]), [])
        self.assertEqual(failures(view, [locked(version="7.0.15")]), [])
        self.assertEqual(failures(view, [locked(version="6.0")]), ["redis:test version"])

    def test_moving_numbers_lie_between_the_two_truths(self):
        later = {**TRUTH, "bytes": 2000}
        for value, right in ((949, False), (1000, True), (2000, True), (2101, False)):
            with self.subTest(value=value):
                found = failures(OPEN, [service(bytes=value), finding("open-store")], TRUTH, later)
                self.assertEqual(found, [] if right else ["redis:test bytes"])

    def test_a_number_without_a_truth_fails(self):
        bare = {key: value for key, value in TRUTH.items() if key != "bytes"}
        self.assertEqual(failures(OPEN, [service(), finding("open-store")], bare, bare), ["redis:test bytes"])

    def test_facts(self):
        view = View("redis", "locked", facts={"auth": "password", "role": None})
        self.assertEqual(failures(view, [locked(facts={"auth": "password"})]), [])
        self.assertEqual(failures(view, [locked(facts={"role": "master"})]),
                         ["redis:test fact auth", "redis:test fact role"])

    def test_a_changed_store_fails(self):
        found = failures(OPEN, [service(), finding("open-store")], TRUTH, {**TRUTH, "records": 4})
        self.assertEqual(found, ["redis:test untouched"])


class Findings(unittest.TestCase):
    def test_open_needs_a_finding_of_the_door(self):
        self.assertEqual(failures(OPEN, [service()]), ["redis:test finding"])
        self.assertEqual(failures(OPEN, [service(), finding("open-store", "low")]), [])
        self.assertEqual(failures(OPEN, [service(), finding("open-store", "info")]), ["redis:test finding"])
        self.assertEqual(failures(OPEN, [service(), finding("certificate-expired")]), ["redis:test finding"])
        self.assertEqual(failures(OPEN, [service(), finding("open-store"), finding("partial")]),
                         ["redis:test finding"])

    def test_partial_needs_its_own(self):
        view = View("redis", "partial", sees=("version",))
        told = locked(verdict="partial", version="7.0.15")
        self.assertEqual(failures(view, [told, finding("partial", "info")]), [])
        self.assertEqual(failures(view, [told]), ["redis:test finding"])
        self.assertEqual(failures(view, [told, finding("partial"), finding("open-store")]), ["redis:test finding"])

    def test_locked_must_not_have_one(self):
        self.assertEqual(failures(LOCKED, [locked(), finding("open-store")]), ["redis:test finding"])
        self.assertEqual(failures(LOCKED, [locked(), finding("partial", "info")]), ["redis:test finding"])
        self.assertEqual(failures(LOCKED, [locked(), finding("version-unsupported")]), [])

    def test_wanted_and_unwanted_rules(self):
        view = View("redis", "locked", rules=("certificate-expired",), no_rules=("certificate-self-signed",))
        self.assertEqual(failures(view, [locked(), finding("certificate-expired")]), [])
        self.assertEqual(failures(view, [locked(), finding("certificate-self-signed")]),
                         ["redis:test finding certificate-expired", "redis:test finding certificate-self-signed"])

    def test_a_finding_without_a_fix_fails(self):
        bare = {**finding("certificate-expired"), "fix": ""}
        self.assertEqual(failures(LOCKED, [locked(), bare]), ["redis:test finding certificate-expired"])


class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.certs = pathlib.Path(cls.directory.name) / "certs"
        certs.make_all(cls.certs, "127.0.0.1")

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def line(self, **more):
        truth = certs.truth(self.certs / "expired.pem")
        return {"type": "certificate", "endpoint": ENDPOINT, **truth, "days_left": int(truth["days_left"]),
                "name_match": True, **more}

    def failures(self, *lines):
        view = View("redis", "locked", certificate="expired.pem", name_match=(True,))
        return failures(view, [locked(), *lines], certificates=self.certs)

    def test_the_expired_one_is_of_2017(self):
        truth = certs.truth(self.certs / "expired.pem")
        self.assertEqual((truth["not_before"], truth["not_after"]), ("2017-09-01T00:00:00Z", "2018-09-01T00:00:00Z"))
        self.assertEqual((truth["key"], truth["self_signed"]), ("RSA 2048", False))
        self.assertTrue(certs.truth(self.certs / "self.pem")["self_signed"])

    def test_right_line_passes(self):
        self.assertEqual(self.failures(self.line()), [])

    def test_each_wrong_fact_fails(self):
        for key, wrong in (("not_after", "2018-09-02T00:00:00Z"), ("self_signed", True), ("spki_sha256", "00"),
                           ("names", []), ("days_left", 3), ("name_match", False), ("key", "RSA 4096")):
            with self.subTest(key=key):
                self.assertEqual(self.failures(self.line(**{key: wrong})), [f"redis:test certificate {key}"])

    def test_a_missing_line_fails(self):
        self.assertEqual(self.failures(), ["redis:test certificates"])


class Truths(unittest.TestCase):
    def test_what_no_tool_says_is_nothing_to_compare_with(self):
        for key in ("version", "records"):
            truth = {name: value for name, value in TRUTH.items() if name != key}
            self.assertEqual(failures(OPEN, [service(), finding("open-store")], truth, truth), [f"redis:test {key}"])


class Same(unittest.TestCase):
    def apart(self, *reports):
        return [check.label for check in compare.check_same(reports, {}) if not check.ok]

    def test_times_are_passed_over(self):
        self.assertEqual(self.apart([service(at="1")], [service(at="2")]), [])

    def test_another_verdict_is_not(self):
        self.assertEqual(self.apart([service()], [service()], [locked()]), ["scan 3 says what scan 1 said"])

    def test_what_closed_between_two_scans_is_a_difference(self):
        closed = {"type": "closed", "rule": "open-store", "endpoint": ENDPOINT, "proof": "refused"}
        self.assertEqual(self.apart([finding("open-store")], [closed]), ["scan 2 says what scan 1 said"])


class Runs(unittest.TestCase):
    def test_shape(self):
        summary = {"type": "summary", "done": 1, "skipped": 0, "failed": 0}
        good = [{"type": "run"}, service(), finding("open-store"), summary]
        bad = [check.label for check in compare.check_run(good[1:2], 3, "runtime error", []) if not check.ok]
        self.assertEqual([check.label for check in compare.check_run(good, 1, "", [ENDPOINT]) if not check.ok], [])
        self.assertEqual(bad, ["scan exit", "scan stderr", "scan first line", "scan last line", "scan skipped",
                               "scan failed", "scan done", "scan endpoints"])

    def test_the_exit_follows_the_severity(self):
        summary = {"type": "summary", "done": 1, "skipped": 0, "failed": 0}
        mild = [{"type": "run"}, service(), finding("open-store", "medium"), summary]
        for exit_code, wrong in ((0, []), (1, ["scan exit"])):
            checks = compare.check_run(mild, exit_code, "", [ENDPOINT])
            self.assertEqual([check.label for check in checks if not check.ok], wrong)

    def test_number(self):
        self.assertEqual(number("5.5.5-10.11.19-MariaDB"), "5.5.5")
        self.assertEqual(number("15.20 (Debian 15.20-0+deb12u1)"), "15.20")
        self.assertIsNone(number(None))


if __name__ == "__main__":
    unittest.main()
