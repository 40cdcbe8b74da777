/* Services that nobody knows: their sentence, what is kept of them, and the line of findings' formats. */
#include "unit/check.h"

#include <stdlib.h>

#include "report/unknown.c"

#include "report/formats.h"

struct fixture {
    struct arena arena;
    struct buf out, scratch;
};

static int setup(void **state)
{
    static struct fixture f;
    arena_init(&f.arena, 16 << 20);
    buf_init(&f.out, 1 << 20);
    buf_init(&f.scratch, 1 << 20);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    arena_release(&f->arena);
    buf_release(&f->out);
    buf_release(&f->scratch);
    return 0;
}

/* A visit to 192.0.2.7 that ended with such a row. */
static struct visit strange(struct fixture *f, struct span greeting, const char *to)
{
    struct visit v;
    struct endpoint e = { .port = 22 };
    assert_true(address_parse(SPAN("192.0.2.7"), &e.address));
    visit_init(&v, &f->arena, &e);
    v.answered = true;
    struct observation *o = visit_observe(&v, "unknown", KIND_UNKNOWN);
    o->outcome = OUTCOME_IDENTIFIED;
    if (to) {
        fact_text(o, "greeting", greeting, NULL, SPAN_NONE);
        fact_text(o, "greeting.to", span_str(to), NULL, SPAN_NONE);
    }
    return v;
}

static void assert_words(struct fixture *f, const struct observation *o, const char *want)
{
    buf_reset(&f->out);
    unknown_words(&f->out, o, say);
    if (!span_is(buf_span(&f->out), want))
        fail_msg("%.*s", SPAN_FMT(buf_span(&f->out)));
}

static void words(void **state)
{
    struct fixture *f = *state;
    struct visit v = strange(f, SPAN("SSH-2.0\x1b\r\n"), "connect");
    struct observation *o = &v.observations.at[0];
    assert_words(f, o, "says \"SSH-2.0\\x1b\\x0d\\x0a\" unasked");
    fact_text(o, "unasked", SPAN("ldap,mongodb"), NULL, SPAN_NONE);
    assert_words(f, o, "says \"SSH-2.0\\x1b\\x0d\\x0a\" unasked; not asked: ldap, mongodb");
    v = strange(f, SPAN("500 what?"), "line");
    o = &v.observations.at[0];
    fact_text(o, "reacts.line", SPAN("bytes"), NULL, SPAN_NONE);
    fact_text(o, "reacts.http", SPAN("closes"), NULL, SPAN_NONE);
    assert_words(f, o, "answers a line of text with \"500 what?\"; to a line of text: bytes, to HTTP: closes");
    v = strange(f, SPAN("AMQP"), "http");
    v.observations.at[0].tls = true;
    assert_words(f, &v.observations.at[0], "answers HTTP with \"AMQP\" inside TLS");
    v = strange(f, SPAN_NONE, NULL);
    assert_words(f, &v.observations.at[0], "answers no question");
}

static void words_have_an_end(void **state)
{
    static uint8_t bad[FACT_TEXT_MAX];
    struct fixture *f = *state;
    memset(bad, 0x1b, sizeof(bad));
    struct span all = span_of(bad, sizeof(bad));
    struct visit v = strange(f, all, "connect");
    static const char *const KEYS[] = { "reacts.line", "reacts.tls", "reacts.http", "unasked" };
    for (size_t i = 0; i < 4; i++)
        fact_text(&v.observations.at[0], KEYS[i], all, NULL, SPAN_NONE);
    buf_reset(&f->out);
    unknown_words(&f->out, &v.observations.at[0], say);
    assert_true(f->out.len > 0 && f->out.len <= UNKNOWN_WORDS_MAX);
}

static void what_is_kept(void **state)
{
    struct fixture *f = *state;
    struct unknowns u = { 0 };
    struct visit speaks = strange(f, SPAN("hello"), "connect"), silent = strange(f, SPAN_NONE, NULL), older = silent;
    struct visit known = strange(f, SPAN("hello"), "connect"), failed = silent, certified = strange(f, SPAN("hello"), "connect");
    older.observations.len = 0;
    failed.end = END_FAILED;
    visit_observe(&known, "redis", KIND_STORE);
    visit_observe(&certified, "certificate", KIND_TLS);
    unknowns_add(&u, &f->arena, &f->scratch, &known, true);
    unknowns_add(&u, &f->arena, &f->scratch, &failed, true);
    assert_int_equal(u.spoke + u.silent + u.kept.len, 0);
    unknowns_add(&u, &f->arena, &f->scratch, &silent, false);
    unknowns_add(&u, &f->arena, &f->scratch, &older, true);
    assert_int_equal(u.silent, 2);
    assert_int_equal(u.kept.len, 0);
    unknowns_add(&u, &f->arena, &f->scratch, &certified, false);
    unknowns_add(&u, &f->arena, &f->scratch, &speaks, false);
    assert_int_equal(u.spoke, 2);
    assert_true(span_is(u.kept.at[1], "192.0.2.7:22 says \"hello\" unasked"));
    unknowns_add(&u, &f->arena, &f->scratch, &silent, true);
    assert_true(span_is(u.kept.at[2], "192.0.2.7:22 answers no question"));
    for (int i = 0; i < 2 * UNKNOWN_KEPT_MAX; i++)
        unknowns_add(&u, &f->arena, &f->scratch, &speaks, false);
    assert_int_equal(u.kept.len, UNKNOWN_KEPT_MAX);
    assert_int_equal(u.spoke, 2 + 2 * UNKNOWN_KEPT_MAX);
}

static void the_line_of_findings(void **state)
{
    struct fixture *f = *state;
    struct finding one, two;
    struct visit v = strange(f, SPAN_NONE, NULL);
    assert_false(unknown_finding(&v, &f->out, &one));
    v = strange(f, SPAN("hello"), "connect");
    assert_true(unknown_finding(&v, &f->out, &one));
    assert_string_equal(one.rule, "unknown");
    assert_int_equal(one.severity, SEVERITY_INFO);
    assert_int_equal(strlen(one.fingerprint), FINGERPRINT_MAX - 1);
    assert_true(view_of_visit(&v, &one).seen == &v.observations.at[0]);
    v.endpoint.port = 23;
    assert_true(unknown_finding(&v, &f->out, &two));
    assert_string_not_equal(one.fingerprint, two.fingerprint);
}

/* Each format that streams has its row; one that says nothing has none where there are but findings. */
static void in_every_format(void **state)
{
    static const struct {
        const struct report *report;
        bool silent_too;
    } FORMATS[] = { { &report_json, true }, { &report_l9, true }, { &report_csv, false }, { &report_ocsf, false },
                    { &report_sarif, false }, { &report_html, false }, { &report_markdown, false } };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++)
        for (int speaks = 0; speaks < 2; speaks++) {
            const struct report *r = FORMATS[i].report;
            struct report_run run = { .ajar_version = "1" };
            struct report_summary sum = { .done = 1, .answered = 1 };
            struct visit v = strange(f, SPAN("jobserver 3"), speaks ? "connect" : NULL);
            void *memory = calloc(1, r->state_size + 1);
            buf_reset(&f->out);
            r->begin(memory, &run, &f->out);
            report_tell_visit(r, memory, &v, NULL, 0, &f->out);
            r->end(memory, &sum, &f->out);
            free(memory);
            bool there = span_has(buf_span(&f->out), "192.0.2.7") || span_has(buf_span(&f->out), "192\\.0\\.2\\.7");
            if (there != (speaks || FORMATS[i].silent_too) || span_has(buf_span(&f->out), "jobserver 3") != speaks)
                fail_msg("%s, %d: %.*s", r->name, speaks, SPAN_FMT(buf_span(&f->out)));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(words, setup, teardown),
        cmocka_unit_test_setup_teardown(words_have_an_end, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(the_line_of_findings, setup, teardown),
        cmocka_unit_test_setup_teardown(in_every_format, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
