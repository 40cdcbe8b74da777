/* Sentences: formats, sections that vanish, foreign text that is long or broken. */
#include "rules/template.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct fixture {
    struct arena arena;
    struct visit visit;
    int64_t now_ms;
};

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof(*x));
    struct endpoint e = { .port = 16379 };
    arena_init(&x->arena, 16 * 1024 * 1024);
    assert_true(address_parse(SPAN("fd00::1"), &e.address));
    visit_init(&x->visit, &x->arena, &e);
    visit_observe(&x->visit, "redis", KIND_STORE);
    x->now_ms = time_from_civil(2026, 11, 22, 0, 0, 0);
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    arena_release(&x->arena);
    free(x);
    return 0;
}

static struct observation *seen(struct fixture *x)
{
    return &x->visit.observations.at[0];
}

static struct span render(struct fixture *x, const char *text)
{
    struct error e = { "" };
    struct mapper m = { .arena = &x->arena, .error = &e, .file = "t.yaml" };
    struct node n = { .kind = NODE_TEXT, .text = span_str(text) };
    struct template t = { 0 };
    if (!template_compile(&m, &n, &t))
        fail_msg("%s: %s", text, e.text);
    struct subject s = subject_of(&x->visit, seen(x), x->now_ms);
    return template_render(&t, &s, &x->arena);
}

static void expect(struct fixture *x, const char *text, const char *wanted)
{
    struct span made = render(x, text);
    if (!span_is(made, wanted))
        fail_msg("%s\n  made:   %.*s\n  wanted: %s", text, SPAN_FMT(made), wanted);
}

static void counted_in_part(void **state)
{
    struct fixture *x = *state;
    observation_collect(seen(x), SPAN("db0"), 1, 2048, COUNT_UNKNOWN);
    expect(x, "{records:count record records}, {bytes:human}, {collections}", "1 record, 2 kB, 1");
    fact_bool(seen(x), "counts.partial", false, NULL, SPAN_NONE);
    expect(x, "{records}", "1");
    fact_bool(seen(x), "counts.partial", true, NULL, SPAN_NONE);
    fact_number(seen(x), "uptime", 7, NULL, SPAN_NONE);
    expect(x, "{records:count record records}, {bytes:human}, {collections}, {uptime}",
           "at least 1 record, at least 2 kB, at least 1, 7");
}

static void test_formats(void **state)
{
    static const struct { int64_t bytes; const char *human; } BYTES[] = {
        { 0, "0 B" }, { 999, "999 B" }, { 1000, "1 kB" }, { 1549, "1.5 kB" }, { 999949, "999.9 kB" },
        { 999951, "1 MB" },
        { 1500000, "1.5 MB" }, { 23100000000000, "23.1 TB" }, { INT64_MAX, "9.2 EB" },
    };
    struct fixture *x = *state;
    struct observation *o = seen(x);
    o->records = 969830266;
    fact_number(o, "n", 1234, NULL, SPAN_NONE);
    fact_number(o, "one", 1, NULL, SPAN_NONE);
    fact_number(o, "least", INT64_MIN, NULL, SPAN_NONE);
    fact_bool(o, "b", false, NULL, SPAN_NONE);
    fact_time(o, "t", time_from_civil(2018, 9, 1, 12, 30, 0), NULL, SPAN_NONE);
    fact_number(o, "days", 400, NULL, SPAN_NONE);
    expect(x, "{records} {n} {n:plain} {b} {t} {t:date} {t:time}",
           "969,830,266 1,234 1234 no 2018-09-01 2018-09-01 2018-09-01T12:30:00Z");
    expect(x, "{t:age} {days:age} {one:age}", "8 years 13 months 1 day");
    expect(x, "{one:count record records}, {n:count record records}", "1 record, 1,234 records");
    expect(x, "{endpoint} {address} {port} {product}", "[fd00::1]:16379 fd00::1 16379 redis");
    expect(x, "{least} {least:age}", "-9,223,372,036,854,775,808 25,252,216,391,115,060 years");
    for (size_t i = 0; i < sizeof(BYTES) / sizeof(*BYTES); i++) {
        o->bytes = BYTES[i].bytes;
        expect(x, "{bytes:human}", BYTES[i].human);
    }
}

static void test_sections(void **state)
{
    struct fixture *x = *state;
    fact_text(seen(x), "known", SPAN("yes"), NULL, SPAN_NONE);
    expect(x, "a[ {known}] b[ {unknown}] c", "a yes b c");
    expect(x, "a[ {known} and {unknown}] b", "a b");
    expect(x, "a[ {unknown} then {known}] b", "a b");
    expect(x, "[{unknown}][{known}]", "yes");
    expect(x, "a {unknown}", "a unknown");
    expect(x, "{{a}} [[b]]", "{a} [b]");
}

static void test_names(void **state)
{
    struct fixture *x = *state;
    observation_collect(seen(x), SPAN("a"), 1, 1, COUNT_UNKNOWN);
    observation_collect(seen(x), SPAN("b"), 1, 1, COUNT_UNKNOWN);
    expect(x, "{collections.names:list}", "a, b");
    for (int i = 0; i < 10; i++)
        observation_collect(seen(x), SPAN("c"), 1, 1, COUNT_UNKNOWN);
    expect(x, "{collections.names:list}", "a, b, c, c, c and 7 more");
    observation_collect(seen(x), SPAN("people"), 900, 1, COUNT_UNKNOWN);
    expect(x, "{collections.names:list}", "a, b, c, c, people and 8 more");
}

/* Cut to size, never inside a character; what is broken stays broken but bounded. */
static void test_foreign_text(void **state)
{
    struct fixture *x = *state;
    uint8_t wide[400], junk[4000];
    for (size_t i = 0; i < sizeof(wide); i += 4)
        memcpy(wide + i, "\xf0\x9f\x94\x93", 4);
    memset(junk, 0xff, sizeof(junk));
    fact_text(seen(x), "wide", span_of(wide, sizeof(wide)), NULL, SPAN_NONE);
    fact_text(seen(x), "junk", span_of(junk, sizeof(junk)), NULL, SPAN_NONE);
    fact_text(seen(x), "nul", SPAN("a\0b"), NULL, SPAN_NONE);
    assert_int_equal(render(x, "{wide}").len, NAME_SHOWN_MAX + 3);
    assert_int_equal(render(x, "x{wide}").len, NAME_SHOWN_MAX + 4);
    assert_true(render(x, "{junk}").len <= NAME_SHOWN_MAX + 3);
    assert_true(span_eq(render(x, "{nul}"), SPAN("a\0b")));
    char many[WHY_BYTES_MAX] = "";
    for (size_t i = 0; i + 12 < 80 * 6; i += 6)
        memcpy(many + i, "{wide}", 7);
    assert_true(render(x, many).len <= WHY_BYTES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(counted_in_part, setup, teardown),
        cmocka_unit_test_setup_teardown(test_formats, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sections, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_foreign_text, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
