/* The text report: order, width, grouping, and that no foreign byte acts on the terminal. */
#include "report/tty.c"

#include "text/escape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct fixture {
    struct arena arena;
    struct buf out;
    struct story tty;
    struct report_summary summary;
    bool partial; /* what is added next was counted in part */
};

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof(*x));
    arena_init(&x->arena, 64 * 1024 * 1024);
    buf_init(&x->out, 64 * 1024 * 1024);
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    arena_release(&x->arena);
    buf_release(&x->out);
    free(x);
    return 0;
}

static void start(struct fixture *x, unsigned columns, bool colour, bool verbose)
{
    struct report_run run = { .columns = columns, .colour = colour, .verbose = verbose };
    memset(&x->tty, 0, sizeof(x->tty));
    buf_reset(&x->out);
    report_tty.begin(&x->tty, &run, &x->out);
}

static void add(struct fixture *x, const char *address, enum severity severity, struct span name)
{
    struct endpoint e = { .port = 6379 };
    struct visit v;
    assert_true(address_parse(span_str(address), &e.address));
    visit_init(&v, &x->arena, &e);
    struct observation *o = visit_observe(&v, "redis", KIND_STORE);
    o->outcome = OUTCOME_OPEN;
    fact_text(o, "version", name, "redis.info", name);
    observation_collect(o, name, 1234, 5678, COUNT_UNKNOWN);
    if (x->partial)
        fact_bool(o, "counts.partial", true, "redis.info", SPAN_NONE);
    struct finding f = {
        .rule = "open-store", .title = "Open", .severity = severity, .endpoint = e, .product = "redis",
        .version = name, .why = name, .fix = SPAN("line one\n  line two"),
        .owner = name, .tier = name, .contact = name, .accepted_until_ms = INT64_MAX, .accepted_why = name,
        .life = { .known = true, .first_ms = INT64_MIN, .opened_ms = 1640995200000, .reopened = SIZE_MAX },
    };
    struct since since = { "certificate", INT64_MIN, STRENGTH_HINT, name };
    struct fleet_reason why = { "ports", name, 1 };
    struct fleet_member member = { .endpoint = e, .product = "redis", .version = name, .outcome = OUTCOME_OPEN };
    struct fleet fleet = { .severity = severity, .member_count = SIZE_MAX, .open = SIZE_MAX, .title = name };
    f.since.at = &since;
    fleet.reasons.at = &why;
    fleet.members.at = &member;
    f.since.len = fleet.reasons.len = fleet.members.len = 1;
    report_tty.fleets(&x->tty, &fleet, 1, &x->out);
    report_tell_visit(&report_tty, &x->tty, &v, &f, 1, &x->out);
}

static void add_titled(struct fixture *x, const char *title)
{
    struct endpoint e = { { 4, { 10, 0, 0, 1 } }, 6379, TRANSPORT_TCP, NULL, NULL };
    struct visit v;
    visit_init(&v, &x->arena, &e);
    visit_observe(&v, "redis", KIND_STORE)->outcome = OUTCOME_OPEN;
    struct finding f = { .rule = "open-store", .title = title, .severity = SEVERITY_HIGH, .endpoint = e,
                         .product = "redis", .why = SPAN("why"), .fix = SPAN("fix") };
    report_tell_visit(&report_tty, &x->tty, &v, &f, 1, &x->out);
}

static struct span finish(struct fixture *x)
{
    report_tty.end(&x->tty, &x->summary, &x->out);
    assert_true(buf_ok(&x->out));
    return buf_span(&x->out);
}

static void test_worst_first(void **state)
{
    struct fixture *x = *state;
    start(x, 120, false, false);
    add(x, "10.0.0.9", SEVERITY_LOW, SPAN("1.0"));
    add(x, "10.0.0.10", SEVERITY_CRITICAL, SPAN("1.0"));
    add(x, "10.0.0.8", SEVERITY_CRITICAL, SPAN("1.0"));
    struct span text = finish(x);
    size_t eight = span_find(text, SPAN("10.0.0.8")), ten = span_find(text, SPAN("10.0.0.10")),
           nine = span_find(text, SPAN("10.0.0.9"));
    assert_true(eight < ten && ten < nine && nine != SIZE_MAX);
    assert_true(span_has(text, "1,234"));
    assert_true(span_has(text, "5.7 kB"));
    /* One fix for the two alike, pasteable as it was written. */
    assert_true(span_has(text, "critical  Open (redis, 2 times)"));
    assert_true(span_has(text, "\n    line one\n      line two\n"));
    size_t first = span_find(text, SPAN("line one")), second = span_find(span_from(text, first + 1), SPAN("line one"));
    assert_true(second != SIZE_MAX);
    assert_true(span_find(span_from(text, first + second + 2), SPAN("line one")) == SIZE_MAX);
}

static void test_lower_bounds(void **state)
{
    struct fixture *x = *state;
    x->partial = true;
    start(x, 120, false, false);
    add(x, "10.0.0.9", SEVERITY_HIGH, SPAN("1.0"));
    struct span text = finish(x);
    assert_true(span_has(text, "1,234+"));
    assert_true(span_has(text, "5.7 kB+"));
    start(x, 40, false, false);
    add(x, "10.0.0.9", SEVERITY_HIGH, SPAN("1.0"));
    assert_true(span_has(finish(x), "kB at least"));
}

/* No line but those of a fix is wider than the terminal. */
static void test_width(void **state)
{
    static const unsigned WIDTHS[] = { 1, 40, 60, 79, 80, 100, 120, 200, 1000 };
    struct fixture *x = *state;
    for (size_t i = 0; i < sizeof(WIDTHS) / sizeof(*WIDTHS); i++) {
        start(x, WIDTHS[i], false, true);
        add(x, "2001:470:1f0b:1234:5678:9abc:def0:1234", SEVERITY_HIGH, SPAN("a long name with words in it that goes on "
            "\xe4\xba\xba\xe5\x8f\xa3\xe6\x95\xb0\xe6\x8d\xae\xe5\xba\x93\xe4\xba\xba\xe5\x8f\xa3 and on and on and on"));
        struct span text = finish(x);
        size_t limit = WIDTHS[i] < TTY_COLUMNS_MIN ? TTY_COLUMNS_MIN : WIDTHS[i];
        while (text.len) {
            struct span line = span_cut(&text, '\n');
            if (text_columns(line) > limit)
                fail_msg("%u columns: %.*s", WIDTHS[i], SPAN_FMT(line));
        }
    }
}

/* A row a service: the open door first, what its certificate is wrong in with it, another service by itself. */
static void test_row_a_service(void **state)
{
    static const unsigned WIDTHS[] = { 40, 80, 100, 200 };
    static const char *const ORDER[] = { "10.0.0.1:6379", "redis", "Open door", "No TLS", "Certificate ended", "10.0.0.2:6379",
                                         "Alone with a long title that is not cut" };
    static const struct {
        uint8_t last;
        const char *rule, *title;
        enum severity severity;
        bool certificate, door;
    } FOUND[] = { { 1, "b", "Certificate ended", SEVERITY_LOW, true, false },
                  { 1, "a", "No TLS", SEVERITY_HIGH, false, false },
                  { 1, "z", "Open door", SEVERITY_HIGH, false, true },
                  { 2, "a", "Alone with a long title that is not cut", SEVERITY_MEDIUM, false, false } };
    struct fixture *x = *state;
    for (size_t w = 0; w < sizeof(WIDTHS) / sizeof(*WIDTHS); w++) {
        start(x, WIDTHS[w], false, false);
        for (size_t i = 0; i < sizeof(FOUND) / sizeof(*FOUND); i++) {
            struct endpoint e = { .address = { 4, { 10, 0, 0, FOUND[i].last } }, .port = 6379 };
            struct visit v;
            visit_init(&v, &x->arena, &e);
            struct observation *o = visit_observe(&v, FOUND[i].certificate ? "certificate" : "redis",
                                                  FOUND[i].certificate ? KIND_TLS : KIND_STORE);
            o->outcome = FOUND[i].certificate ? OUTCOME_IDENTIFIED : OUTCOME_OPEN;
            struct finding f = { .rule = FOUND[i].rule, .title = FOUND[i].title, .severity = FOUND[i].severity, .endpoint = e,
                                 .product = o->product, .why = SPAN("why"), .fix = SPAN("fix"), .is_door = FOUND[i].door };
            report_tell_visit(&report_tty, &x->tty, &v, &f, 1, &x->out);
        }
        struct span table = finish(x), words = SPAN_NONE;
        table = span_first(table, span_find(table, SPAN("How to close")));
        struct buf flat; /* line breaks are spaces, and spaces one */
        buf_init(&flat, 1 << 20);
        for (size_t i = 0; i < table.len; i++)
            if (!ascii_is_space(table.at[i]) || (flat.len && flat.at[flat.len - 1] != ' '))
                buf_byte(&flat, ascii_is_space(table.at[i]) ? ' ' : table.at[i]);
        words = buf_span(&flat);
        for (size_t i = 0; i < sizeof(ORDER) / sizeof(*ORDER); i++) {
            size_t at = span_find(words, span_str(ORDER[i]));
            if (at == SIZE_MAX)
                fail_msg("%u columns, %s: %.*s", WIDTHS[w], ORDER[i], SPAN_FMT(table));
            words = span_from(words, at + strlen(ORDER[i]));
        }
        size_t first = span_find(table, SPAN("10.0.0.1:6379"));
        assert_true(span_find(span_from(table, first + 1), SPAN("10.0.0.1:6379")) == SIZE_MAX);
        buf_release(&flat);
    }
}

/* What it is called is never cut, however narrow the terminal. */
static void test_title_in_full(void **state)
{
    struct fixture *x = *state;
    start(x, 40, false, false);
    add(x, "10.0.0.1", SEVERITY_HIGH, SPAN("1.0"));
    assert_true(span_has(finish(x), "high  Open (redis)\n"));
    start(x, 40, false, false);
    add_titled(x, "Data can be reached without a password by anybody");
    assert_true(span_has(finish(x), "high\n  Data can be reached without a password\n  by anybody (redis)\n"));
}

static void test_hostile(void **state)
{
    static const struct span NASTY[] = {
        SPAN("\x1b[2J\x07\x08\r\n\t\x9b"), SPAN("\xe2\x80\xae\xe2\x81\xa6 evil"), SPAN("\xff\xfe\xc0\x80"),
        SPAN("<script>alert(1)</script>"), SPAN("\xc2\x9b" "31m"), SPAN("a\0b"), SPAN("\xe2\x80\x8b\xef\xbb\xbf"),
    };
    struct fixture *x = *state;
    for (unsigned columns = 40; columns <= 160; columns += 40) {
        start(x, columns, false, true);
        for (size_t i = 0; i < sizeof(NASTY) / sizeof(*NASTY); i++) {
            add(x, "10.0.0.1", SEVERITY_HIGH, NASTY[i]);
            struct visit v;
            struct endpoint e = { .port = 1 };
            visit_init(&v, &x->arena, &e);
            v.end = END_FAILED;
            v.why = arena_str(&x->arena, NASTY[i]);
            report_tell_visit(&report_tty, &x->tty, &v, NULL, 0, &x->out);
        }
        struct span text = finish(x);
        for (size_t k = 0; k < text.len; k++)
            assert_true((text.at[k] >= ' ' && text.at[k] != 0x7f) || text.at[k] == '\n');
        assert_false(span_has(text, "\xe2\x80\xae"));
        assert_false(span_has(text, "\xc2\x9b"));
        assert_false(span_has(text, "\xff"));
    }
}

static void test_colour_only_where_asked(void **state)
{
    struct fixture *x = *state;
    start(x, 100, true, false);
    add(x, "10.0.0.1", SEVERITY_CRITICAL, SPAN("1.0"));
    assert_true(span_has(finish(x), "\033[1;31mcritical\033[0m"));
    start(x, 100, false, false);
    add(x, "10.0.0.1", SEVERITY_CRITICAL, SPAN("1.0"));
    assert_false(span_has(finish(x), "\033"));
}

static void test_nothing_found(void **state)
{
    struct fixture *x = *state;
    x->summary = (struct report_summary){ .done = 10, .answered = 2, .took_ms = 1500, .rate = 6.7, .loss = 0.012 };
    start(x, 0, false, false);
    struct span text = finish(x);
    assert_true(span_starts(text, SPAN("Nothing open was found.")));
    assert_true(span_has(text, "10 endpoints in 1.5 s (6.7 a second): 10 done, 0 skipped, 0 failed; 2 answered."));
    assert_true(span_has(text, "1.2 %"));
    x->summary = (struct report_summary){ .interrupted = true };
    start(x, 80, false, false);
    text = finish(x);
    assert_true(span_has(text, "so far"));
    assert_true(span_has(text, "Stopped before the end."));
    x->summary = (struct report_summary){ .done = 4, .skipped = 9, .unreached = 7, .trouble = "the disk is full" };
    start(x, 200, false, false);
    text = finish(x);
    assert_true(span_has(text, "so far"));
    assert_true(span_has(text, "2 were left out, 7 were not reached"));
    assert_true(span_has(text, "Stopped before the end: the disk is full; 7 endpoints were not reached."));
}

static void see(struct fixture *x, enum outcome outcome, bool known, bool answered)
{
    struct visit v;
    visit_init(&v, &x->arena, &(struct endpoint){ .port = 1 });
    v.answered = answered;
    if (known)
        visit_observe(&v, "redis", KIND_STORE)->outcome = outcome;
    report_tell_visit(&report_tty, &x->tty, &v, NULL, 0, &x->out);
}

/* Only what is proven locked, or holds nothing, is well kept. */
static void test_well_kept(void **state)
{
    static const struct {
        enum outcome outcome;
        bool known, answered, well;
        uint64_t failed;
        const char *says;
    } CASES[] = {
        { OUTCOME_LOCKED, true, true, true, 0, "Nothing open was found. Well kept." },
        { OUTCOME_IDENTIFIED, true, true, true, 0, "Nothing open was found. Well kept." },
        { OUTCOME_LOCKED, false, false, true, 0, "Nothing open was found. Well kept." }, /* a closed port beside it */
        { OUTCOME_UNCLEAR, true, true, false, 0, "But 1 stayed unclear; --verbose names" },
        { OUTCOME_PARTIAL, true, true, false, 0, "But 1 tells metadata to anyone; --verbose names" },
        { OUTCOME_OPEN, true, true, false, 0, "But 1 service is open; --verbose names" },
        { OUTCOME_LOCKED, false, true, false, 0, "But 1 answered like nothing that Ajar knows; --verbose names" },
        { OUTCOME_LOCKED, true, true, false, 2, "2 could not be asked" },
    };
    struct fixture *x = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        x->summary = (struct report_summary){ .done = 10, .answered = 2, .failed = CASES[i].failed };
        start(x, 200, false, false);
        see(x, OUTCOME_LOCKED, true, true);
        see(x, CASES[i].outcome, CASES[i].known, CASES[i].answered);
        struct span text = finish(x);
        assert_int_equal(span_has(text, "Well kept"), CASES[i].well);
        if (!span_has(text, CASES[i].says))
            fail_msg("%zu: %.*s", i, SPAN_FMT(text));
    }
}

/* Counted in one line; listed with what they said, and escaped, by --verbose. */
static void test_strangers(void **state)
{
    struct fixture *x = *state;
    for (int verbose = 0; verbose < 2; verbose++) {
        start(x, 120, false, verbose);
        for (int i = 0; i < 3; i++) {
            struct visit v;
            struct endpoint e = { .address = { 4, { 10, 0, 0, (uint8_t)i } }, .port = 7777 };
            visit_init(&v, &x->arena, &e);
            v.answered = true;
            struct observation *o = visit_observe(&v, "unknown", KIND_UNKNOWN);
            o->outcome = OUTCOME_IDENTIFIED;
            if (i < 2) {
                fact_text(o, "greeting", SPAN("hi\x1b[31m"), NULL, SPAN_NONE);
                fact_text(o, "greeting.to", SPAN("connect"), NULL, SPAN_NONE);
            }
            report_tell_visit(&report_tty, &x->tty, &v, NULL, 0, &x->out);
        }
        struct span text = finish(x);
        assert_true(span_has(text, "3 services answered like nothing that Ajar knows; 2 said something"));
        assert_int_equal(span_has(text, "10.0.0.0:7777 says \"hi\\x1b[31m\" unasked"), verbose);
        assert_int_equal(span_has(text, "10.0.0.2:7777 answers no question"), verbose);
        assert_false(span_has(text, "recognised"));
        assert_false(span_has(text, "Well kept"));
    }
}

static void add_more(struct fixture *x, uint8_t last, const char *tier, int64_t records)
{
    struct attribution who = { "certificate names", SPAN("Shop Ltd"), STRENGTH_LIKELY };
    struct since since = { "process", 1590969600000, STRENGTH_LIKELY, SPAN("runs") };
    struct endpoint e = { .port = 6379 };
    struct visit v;
    assert_true(address_parse(SPAN("10.0.0.1"), &e.address));
    e.address.bytes[3] = last;
    visit_init(&v, &x->arena, &e);
    struct observation *o = visit_observe(&v, "redis", KIND_STORE);
    o->outcome = OUTCOME_OPEN;
    o->records = records;
    if (last == 3)
        fact_text(o, "personal.identity", SPAN("na\x1bme"), NULL, SPAN_NONE);
    struct finding f = { .rule = "open-store", .title = "Open", .severity = SEVERITY_HIGH, .endpoint = e, .product = "redis",
                         .why = SPAN("w"), .fix = SPAN("f"), .tier = span_str(tier), .contact = SPAN("a@b.example"),
                         .accepted_until_ms = last == 2 ? 1672444800000 : 0, .accepted_why = SPAN("known"),
                         .life = { .known = true, .is_new = last == 1, .opened_ms = 1640995200000, .reopened = last == 3 } };
    f.owners.at = &who;
    f.since.at = &since;
    f.owners.len = f.since.len = 1;
    report_tell_visit(&report_tty, &x->tty, &v, &f, 1, &x->out);
}

/* Tier before records; life, owner and decision stand with the finding; a fleet with its command. */
static void test_case(void **state)
{
    static const char *const ORDER[] = {
        "3 services are open without a password. They say that they hold 111 records.",
        "1 holds fields of personal data: na\\x1bme. ", "1 party may answer for it.",
        "SINCE", "10.0.0.3:6379", "2022-01-01", "closed 1 time before; likely since 2020-06-01 (process)",
        "whose: likely Shop Ltd (certificate names), health, a@b.example", "10.0.0.1:6379", "new", "10.0.0.2:6379",
        "accepted until 2022-12-30: known", "How many alike", "high  2 set up alike; 2 open", "ports 6379",
        "10.0.0.3:6379 open", "ajar accept fedcba987654", "How to close what was found",
    };
    struct fixture *x = *state;
    struct fleet_reason why = { "ports", SPAN("6379"), 2 };
    struct fleet_member member = { .endpoint = { .port = 6379 }, .product = "redis", .outcome = OUTCOME_OPEN };
    struct fleet f = { .fingerprint = "fedcba9876543210fedcba9876543210", .severity = SEVERITY_HIGH, .member_count = 2, .open = 2 };
    assert_true(address_parse(SPAN("10.0.0.3"), &member.endpoint.address));
    f.reasons.at = &why;
    f.members.at = &member;
    f.reasons.len = f.members.len = 1;
    start(x, 160, false, false);
    add_more(x, 1, "", 100);
    add_more(x, 2, "", 10);
    add_more(x, 3, "health", 1);
    report_tty.fleets(&x->tty, &f, 1, &x->out);
    struct span text = finish(x), rest = text;
    for (size_t i = 0; i < sizeof(ORDER) / sizeof(*ORDER); i++) {
        size_t at = span_find(rest, span_str(ORDER[i]));
        if (at == SIZE_MAX)
            fail_msg("%s is missing, or in the wrong place:\n%.*s", ORDER[i], SPAN_FMT(text));
        rest = span_from(rest, at + strlen(ORDER[i]));
    }
}

static void test_verbose_shows_locked(void **state)
{
    struct fixture *x = *state;
    struct endpoint e = { .port = 27017 };
    struct visit v;
    assert_true(address_parse(SPAN("10.0.0.7"), &e.address));
    visit_init(&v, &x->arena, &e);
    visit_observe(&v, "mongodb", KIND_STORE)->outcome = OUTCOME_LOCKED;
    for (int verbose = 0; verbose < 2; verbose++) {
        start(x, 100, false, verbose);
        report_tell_visit(&report_tty, &x->tty, &v, NULL, 0, &x->out);
        struct span text = finish(x);
        assert_int_equal(span_has(text, "10.0.0.7:27017"), verbose);
        assert_true(span_has(text, "1 service was recognised: 1 locked."));
    }
}

/* What was left out stands below, and takes the praise away; the first are told, the others counted. */
static void test_remarks(void **state)
{
    struct fixture *x = *state;
    struct remark r = { REMARK_UNRESOLVED, SPAN("dead.corp\x1b"), SPAN("does not resolve"), 0, true };
    start(x, 100, false, false);
    for (int i = 0; i < REMARKS_KEPT_MAX + 2; i++)
        report_tty.remark(&x->tty, &r, &x->out);
    x->summary = (struct report_summary){ .done = 1, .answered = 1 };
    struct span out = finish(x);
    assert_true(span_has(out, "dead.corp\\x1b: does not resolve\n"));
    assert_true(span_has(out, "2 more remarks; --format json has them"));
    assert_true(span_has(out, "Not all that was named was looked at"));
    assert_false(span_has(out, "Well kept"));
}

/* Refused memory loses rows, never the count of them. */
static void test_no_memory(void **state)
{
    struct fixture *x = *state;
    for (uint64_t n = 1; n < 12; n++) {
        start(x, 100, false, false);
        x->tty.arena.fail_at = n;
        add(x, "10.0.0.1", SEVERITY_HIGH, SPAN("1.0"));
        x->tty.arena.fail_at = 0;
        bool lost = x->tty.unkept == 1;
        assert_int_equal(span_has(finish(x), "did not fit into memory"), lost);
    }
}

/* One Redis by its address and a name, and two dashboards by names of one address: four rows that can be told
 * apart, three services. */
static void test_names_of_one_address(void **state)
{
    struct fixture *x = *state;
    static const struct {
        const char *name, *path, *product;
        enum kind kind;
        uint16_t port;
    } ASKED[] = { { NULL, NULL, "redis", KIND_STORE, 6379 },
                  { "db.corp", NULL, "redis", KIND_STORE, 6379 },
                  { "two.corp", NULL, "kibana", KIND_DASHBOARD, 443 },
                  { "one.corp", "/logs", "kibana", KIND_DASHBOARD, 443 } };
    start(x, 100, false, false);
    for (size_t i = 0; i < 4; i++) {
        struct endpoint e = { { 4, { 10, 0, 0, 5 } }, ASKED[i].port, TRANSPORT_TCP, ASKED[i].name, ASKED[i].path };
        struct visit v;
        visit_init(&v, &x->arena, &e);
        v.answered = true;
        struct observation *o = visit_observe(&v, ASKED[i].product, ASKED[i].kind);
        o->outcome = OUTCOME_OPEN;
        if (o->kind == KIND_STORE)
            fact_text(o, "id", SPAN("0123abcd"), "redis.info", SPAN("run_id"));
        o->records = 100;
        struct finding f = { .rule = "open-store", .title = "Open", .severity = SEVERITY_HIGH, .endpoint = e,
                             .product = o->product, .why = SPAN("why"), .fix = SPAN("fix") };
        report_tell_visit(&report_tty, &x->tty, &v, &f, 1, &x->out);
    }
    x->summary.done = 4;
    report_tty.end(&x->tty, &x->summary, &x->out);
    struct span out = buf_span(&x->out);
    if (!span_has(out, "3 services are open") || !span_has(out, "300 records"))
        fail_msg("%.*s", SPAN_FMT(out));
    assert_true(span_has(out, "10.0.0.5:6379 "));
    assert_true(span_has(out, "10.0.0.5:6379 (db.corp)"));
    assert_true(span_find(out, SPAN("10.0.0.5:443 (one.corp/logs)")) < span_find(out, SPAN("10.0.0.5:443 (two.corp)")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_row_a_service, setup, teardown),
        cmocka_unit_test_setup_teardown(test_strangers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_worst_first, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lower_bounds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_width, setup, teardown),
        cmocka_unit_test_setup_teardown(test_title_in_full, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hostile, setup, teardown),
        cmocka_unit_test_setup_teardown(test_colour_only_where_asked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_well_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_case, setup, teardown),
        cmocka_unit_test_setup_teardown(test_verbose_shows_locked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_remarks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names_of_one_address, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
