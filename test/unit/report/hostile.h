/* A visit in which every text is the worst that a peer can send, for the tests of all formats. */
#ifndef AJAR_TEST_UNIT_REPORT_HOSTILE_H
#define AJAR_TEST_UNIT_REPORT_HOSTILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "report/report.h"

enum { HOSTILE_LONG = 1024 * 1024, HOSTILE_MAX = 256 * 1024 * 1024 };

static const char *const HOSTILE[] = {
    "</script><script>alert(1)</script>", "\" onload=\"x", "' onmouseover='x", "<!-- ]]>", "=cmd|' /C calc'!A0",
    "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "a\r\nBEGIN:VEVENT", "a;b,c\\d", "\xe2\x80\xae" "evil", "\xe2\x81\xa6x",
    "\xef\xbb\xbfx", "\xff\xfe\xc0\x80", "\xed\xa0\x80", "\x1b[31mred\x07", "\x9b" "31m", "\xc2\x9b" "31m",
    "| a |\n|---|", "[x](javascript:alert(1))", "```\n# x", "@everyone http://evil.example www.evil.example",
    "\xf3\xa0\x80\x81", "\xe2\x80\xa8" "a\xe2\x80\xa9", "\x7f", "\xe2\x80\x8b",
};
enum { HOSTILE_COUNT = sizeof(HOSTILE) / sizeof(HOSTILE[0]) };

struct hostile {
    struct arena arena;
    struct buf out;
    struct visit visit;
    struct finding finding;
};

static inline void hostile_make(struct hostile *h, struct span bad)
{
    struct arena *a = &h->arena;
    struct endpoint e = { .port = 6379, .name = arena_str(a, bad) };
    assert_true(address_parse(SPAN("192.0.2.7"), &e.address));
    visit_init(&h->visit, a, &e);
    struct observation *o = visit_observe(&h->visit, "redis", KIND_STORE);
    o->outcome = OUTCOME_OPEN;
    o->at_ms = 1656633600000;
    fact_text(o, "version", bad, "redis.info", bad);
    fact_text(o, "os", bad, "redis.info", bad);
    observation_collect(o, bad, INT64_MAX, INT64_MAX, INT64_MAX);
    o = visit_observe(&h->visit, "certificate", KIND_TLS);
    static const char *const KEYS[] = { "cert.subject", "cert.issuer", "cert.names", "cert.sha256", "cert.spki_sha256",
                                        "cert.key", "cert.key_type", "tls.version", "tls.cipher" };
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++)
        fact_text(o, KEYS[i], bad, "tls", bad);
    fact_time(o, "cert.not_after", bad.len % 2 ? INT64_MAX : INT64_MIN, "tls", bad);
    h->visit.end = END_FAILED;
    h->visit.why = e.name;
    o = &h->visit.observations.at[0];
    h->finding = (struct finding){
        .fingerprint = "0123456789abcdef0123456789abcdef", .rule = "open-store", .title = e.name,
        .severity = SEVERITY_CRITICAL, .endpoint = e, .product = "redis", .via = NULL, .version = bad, .why = bad,
        .fix = bad,
    };
    h->finding.evidence.at = o->facts.at;
    h->finding.evidence.len = o->facts.len;
}

/* Runs the report over all of it, and over a name of 1 MB, and over nothing; `check` sees each. */
static inline void hostile_run(const struct report *report, void (*check)(struct span out, struct span bad))
{
    uint8_t *endless = malloc(HOSTILE_LONG);
    assert_non_null(endless);
    memset(endless, '<', HOSTILE_LONG);
    for (size_t i = 0; i <= HOSTILE_COUNT + 1; i++) {
        struct hostile h;
        struct span bad = i < HOSTILE_COUNT ? span_str(HOSTILE[i])
                          : i == HOSTILE_COUNT ? span_of(endless, HOSTILE_LONG) : SPAN_NONE;
        struct report_acceptance taken = { "0123456789abcdef0123456789abcdef", INT64_MAX, bad };
        struct report_exposure open = { taken.fingerprint, SEVERITY_CRITICAL, 1609459200000, 1640995200000, COUNT_UNKNOWN };
        struct report_history past = { &open, 1, &taken, 1 };
        struct report_run run = { .ajar_version = "0.1.0", .started_ms = 1656633600000, .endpoints = 3, .history = &past };
        struct report_summary sum = { .done = 1, .failed = 1, .findings = { 0, 0, 0, 0, 1 } };
        void *state = calloc(1, report->state_size + 1);
        assert_non_null(state);
        arena_init(&h.arena, HOSTILE_MAX);
        buf_init(&h.out, HOSTILE_MAX);
        hostile_make(&h, bad);
        report->begin(state, &run, &h.out);
        if (bad.len)
            report->visit(state, &h.visit, &h.finding, 1, &h.out);
        report->end(state, &sum, &h.out);
        assert_true(buf_ok(&h.out));
        check(buf_span(&h.out), bad);
        free(state);
        buf_release(&h.out);
        arena_release(&h.arena);
    }
    free(endless);
}

/* No control byte but the line ends that the format writes itself, no mark that turns or hides
 * text, no byte that is not UTF-8's. `cr`: the format ends lines with CR LF. */
static inline void hostile_nothing_raw(struct span out, bool cr)
{
    static const char *const MARKS[] = { "\xe2\x80\xae", "\xe2\x81\xa6", "\xef\xbb\xbf", "\xc2\x9b", "\xf3\xa0\x80\x81",
                                         "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\x8b", "\xed\xa0\x80", "\xc0\x80" };
    for (size_t i = 0; i < out.len; i++) {
        uint8_t c = out.at[i];
        bool line_end = c == '\n' || (cr && c == '\r' && i + 1 < out.len && out.at[i + 1] == '\n');
        if ((c < ' ' && !line_end) || c == 0x7f || c >= 0xf8 || c == 0xc0 || c == 0xc1)
            fail_msg("byte %02x at %zu: %.*s", c, i, SPAN_FMT(span_sub(out, i > 40 ? i - 40 : 0, 60)));
    }
    for (size_t i = 0; i < sizeof(MARKS) / sizeof(MARKS[0]); i++)
        if (span_has(out, MARKS[i]))
            fail_msg("mark %zu passes raw", i);
}

#endif
