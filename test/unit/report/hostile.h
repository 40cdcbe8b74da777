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
    struct attribution owners[2];
    struct since since[2];
    struct fleet_reason reasons[2];
    struct fleet_member members[2];
    struct fleet fleet;
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
    static const char *const KINDS[] = { "personal.identity", "personal.contact", "sample.personal" };
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
        fact_text(o, KINDS[i], bad, NULL, SPAN_NONE);
    fact_number(o, "sample.records", 500, NULL, SPAN_NONE);
    fact_number(o, "sample.personal.persons.low", 1455, NULL, SPAN_NONE);
    fact_number(o, "sample.personal.persons.high", INT64_MAX, NULL, SPAN_NONE);
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

/* Whose and since when, accepted and with a life, and a fleet: all of it said by the worst. */
static inline void hostile_more(struct hostile *h, struct span bad)
{
    struct finding *f = &h->finding;
    const char *word = f->endpoint.name ? f->endpoint.name : "";
    f->owner = f->tier = f->contact = f->accepted_why = bad;
    f->accepted_until_ms = INT64_MAX;
    f->life = (struct finding_life){ .known = true, .first_ms = INT64_MIN, .opened_ms = 1609459200000, .reopened = SIZE_MAX };
    h->owners[0] = (struct attribution){ word, bad, STRENGTH_PROVEN };
    h->owners[1] = (struct attribution){ "provider", bad, STRENGTH_HINT };
    h->since[0] = (struct since){ word, INT64_MIN, STRENGTH_LIKELY, bad };
    h->since[1] = (struct since){ "certificate", INT64_MAX, STRENGTH_HINT, SPAN("(certificate, hint)") };
    h->reasons[0] = (struct fleet_reason){ "index names", bad, 2 };
    h->reasons[1] = (struct fleet_reason){ "product and version", bad, 1 };
    h->members[0] = (struct fleet_member){ .endpoint = f->endpoint, .product = "redis", .version = bad, .outcome = OUTCOME_OPEN,
                                           .records = INT64_MAX, .bytes = INT64_MAX, .severity = SEVERITY_CRITICAL };
    h->members[1] = h->members[0];
    memcpy(h->members[0].worst, f->fingerprint, sizeof(f->fingerprint));
    h->fleet = (struct fleet){ .fingerprint = "fedcba9876543210fedcba9876543210", .score = 1, .severity = SEVERITY_CRITICAL,
                               .title = bad, .member_count = SIZE_MAX, .open = 1, .partial = 1, .records = INT64_MAX,
                               .bytes = COUNT_UNKNOWN };
    f->owners.at = h->owners;
    f->since.at = h->since;
    h->fleet.reasons.at = h->reasons;
    h->fleet.members.at = h->members;
    f->owners.len = f->since.len = h->fleet.reasons.len = h->fleet.members.len = 2;
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
        struct report_run run = { .ajar_version = "0.1.0", .started_ms = 1656633600000, .endpoints = 3, .remembers = true };
        struct report_past past = { .from_ms = 1609459200000, .to_ms = 1656633600000, .all = { [3] = UINT32_MAX } };
        struct report_summary sum = { .done = 1, .failed = 1, .findings = { 0, 0, 0, 0, 1 } };
        void *state = calloc(1, report->state_size + 1);
        assert_non_null(state);
        arena_init(&h.arena, HOSTILE_MAX);
        buf_init(&h.out, HOSTILE_MAX);
        hostile_make(&h, bad);
        hostile_more(&h, bad);
        report->begin(state, &run, &h.out);
        if (bad.len)
            report_tell_visit(report, state, &h.visit, &h.finding, 1, &h.out);
        if (bad.len && report->closed) {
            struct finding_view view = view_of_visit(&h.visit, &h.finding);
            view.judged = view.open = false;
            view.closed_ms = INT64_MAX;
            view.seen = NULL;
            report->closed(state, &view, &h.out);
        }
        if (bad.len && report->fleets)
            report->fleets(state, &h.fleet, 1, &h.out);
        if (bad.len) {
            struct visit stranger;
            visit_init(&stranger, &h.arena, &h.visit.endpoint);
            stranger.answered = true;
            struct observation *o = visit_observe(&stranger, "unknown", KIND_UNKNOWN);
            o->outcome = OUTCOME_IDENTIFIED;
            fact_text(o, "greeting", bad, NULL, SPAN_NONE);
            fact_text(o, "greeting.to", i % 2 ? SPAN("line") : bad, NULL, SPAN_NONE);
            fact_text(o, "reacts.tls", bad, NULL, SPAN_NONE);
            fact_text(o, "unasked", bad, NULL, SPAN_NONE);
            report_tell_visit(report, state, &stranger, NULL, 0, &h.out);
        }
        struct remark remark = { REMARK_CUT, bad, bad, UINT64_MAX, true };
        if (bad.len && report->remark)
            report->remark(state, &remark, &h.out);
        if (report->past)
            report->past(state, &past, &h.out);
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
