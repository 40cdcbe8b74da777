/* The reader of tape files: what each directive means, and that every mistake is named by its line. */
#include "unit/check.h"

/* The file has a fail() of its own, cmocka a macro of that name. */
#pragma push_macro("fail")
#undef fail
#include "wire/tape_parse.c"
#pragma pop_macro("fail")

#define HEAD "source made test\nprobe test\noutcome open\n"

static void with_tape(const char *text, void (*check)(const struct tape *t))
{
    struct arena a;
    struct tape t;
    struct error e;
    arena_init(&a, 1 << 20);
    if (!tape_parse(&a, span_str(text), &t, &e))
        fail_msg("%s", e.text);
    check(&t);
    arena_release(&a);
}

static void check_steps(const struct tape *t)
{
    static const enum tape_step_kind KINDS[] = { TAPE_EXPECT, TAPE_GIVE, TAPE_HUSH, TAPE_CLOSE, TAPE_CONNECT, TAPE_TLS,
                                                 TAPE_EXPECT, TAPE_RESET, TAPE_REFUSE };
    assert_int_equal(t->steps.len, sizeof(KINDS) / sizeof(KINDS[0]));
    for (size_t i = 0; i < t->steps.len; i++)
        assert_int_equal(t->steps.at[i].kind, KINDS[i]);
    assert_true(span_eq(t->steps.at[0].bytes, SPAN("a\r\n\t\0\\\"\xfe\x0a")));
    assert_true(span_is(t->steps.at[1].bytes, "onetwo")); /* neighbours are joined */
    assert_true(span_eq(t->steps.at[6].bytes, SPAN("\x00\x0a\xff\xff")));
    assert_int_equal(t->steps.at[0].line, 5);
    assert_int_equal(t->steps.at[1].line, 6);
    assert_true(span_is(t->source, "made test"));
    assert_true(span_is(t->probe, "test"));
    assert_true(span_is(t->outcome, "open"));
}

static void steps(void **state)
{
    (void)state;
    with_tape(HEAD "# a comment\n"
                   "> \"a\\r\\n\\t\\0\\\\\\\"\\xfe\\x0A\"\n"
                   "< \"one\"\n"
                   "  < \"two\"  \r\n"
                   "\n"
                   "hush\nclose\nconnect\ntls\n> x 00 0a ffFF\nreset\nrefuse",
              check_steps);
}

static void check_promises(const struct tape *t)
{
    assert_int_equal(t->facts.len, 5);
    assert_true(span_is(t->facts.at[0].key, "version") && span_is(t->facts.at[0].value, "7.0 x"));
    assert_true(t->facts.at[0].quoted && !t->facts.at[0].absent);
    assert_true(span_is(t->facts.at[1].value, "12") && !t->facts.at[1].quoted);
    assert_true(span_is(t->facts.at[2].value, "true"));
    assert_true(span_is(t->facts.at[3].value, "2022-07-01T00:00:00Z"));
    assert_true(t->facts.at[4].absent && span_is(t->facts.at[4].key, "cluster"));
    assert_true(t->count_collections.set && t->count_collections.value == 1);
    assert_true(t->count_records.set && t->count_records.value == -1);
    assert_true(t->count_bytes.set && t->count_bytes.value == INT64_MAX);
    assert_int_equal(t->collections.len, 1);
    assert_true(span_is(t->collections.at[0].name, "db 0"));
    assert_int_equal(t->collections.at[0].records, 3);
    assert_int_equal(t->collections.at[0].bytes, -1);
    assert_true(span_is(t->product, "redis"));
    assert_int_equal(t->steps.len, 0);
}

static void promises(void **state)
{
    (void)state;
    with_tape(HEAD "product redis\nfact version \"7.0 x\"\nfact n 12\nfact b true\nfact t 2022-07-01T00:00:00Z\n"
                   "nofact cluster\ncount collections 1\ncount records -1\ncount bytes 9223372036854775807\n"
                   "collection \"db 0\" 3 -1\n",
              check_promises);
}

static void check_settings(const struct tape *t)
{
    assert_true(t->far && t->bit_decides);
    assert_true(t->port.set && t->port.value == 23456);
    assert_true(t->time_max_ms.set && t->time_max_ms.value == 8000);
    assert_true(t->connections_max.set && t->connections_max.value == 0);
    assert_true(t->timeout_s.set && t->timeout_s.value == 20);
    assert_int_equal(t->varying.len, 2);
    assert_true(span_is(t->varying.at[1], "records"));
    static const enum wire_fault FAULTS[] = { WIRE_CLOSED, WIRE_RESET, WIRE_TIMEOUT, WIRE_MALFORMED, WIRE_TLS };
    assert_int_equal(t->steps.len, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(t->steps.at[i].kind, TAPE_NO_TLS);
        assert_int_equal(t->steps.at[i].fault, FAULTS[i]);
        assert_int_equal(t->steps.at[i].alert, i == 4 ? 40 : 0);
    }
}

static void settings(void **state)
{
    (void)state;
    with_tape(HEAD "far\nport 23456\ntime 8000\nconnections 0\ntimeout 20\nvaries nodes\nvaries records\nbit-decides\n"
                   "no-tls close\nno-tls reset\nno-tls hush\nno-tls bytes\nno-tls alert 40\n", check_settings);
}

static void check_nothing_promised(const struct tape *t)
{
    assert_false(t->time_max_ms.set || t->connections_max.set || t->timeout_s.set || t->port.set || t->far || t->bit_decides);
    assert_false(t->count_collections.set || t->count_records.set || t->count_bytes.set);
}

static void what_is_not_said_is_not_set(void **state)
{
    (void)state;
    with_tape(HEAD, check_nothing_promised);
}

static void mistakes(void **state)
{
    static const struct {
        const char *text, *says;
    } BAD[] = {
        { "probe test\noutcome open\n", "a tape needs source, probe and outcome" },
        { "source x\noutcome open\n", "a tape needs" },
        { "source x\nprobe test\n", "a tape needs" },
        { "", "a tape needs" },
        { HEAD "whisper\n", "line 4: unknown directive" },
        { HEAD "time\n", "line 4: expected a whole number" },
        { HEAD "connections -1\n", "line 4: expected no negative number" },
        { HEAD "varies\n", "line 4: expected the key of a fact" },
        { HEAD "no-tls\n", "line 4: no-tls knows" },
        { HEAD "no-tls alert\n", "line 4: expected a whole number" },
        { HEAD "no-tls alert 256\n", "line 4: alert has a number" },
        { HEAD "> \"abc\n", "line 4: the closing quote is missing" },
        { HEAD "> \"abc\\\"\n", "line 4: the closing quote is missing" },
        { HEAD "> abc\n", "line 4: expected text in double quotes" },
        { HEAD ">\n", "line 4: expected text in double quotes" },
        { HEAD "< \"\\q\"\n", "line 4: an escape is none of" },
        { HEAD "< \"\\xg0\"\n", "line 4: an escape is none of" },
        { HEAD "< \"\\x0g\"\n", "line 4: an escape is none of" },
        { HEAD "< \"\\x1\"\n", "line 4: an escape is none of" },
        { HEAD "< \"\\", "line 4: an escape is none of" },
        { HEAD "< x 0\n", "line 4: expected pairs of hexadecimal digits" },
        { HEAD "< x 0 0\n", "line 4: expected pairs" },
        { HEAD "< x zz\n", "line 4: expected pairs" },
        { HEAD "\n\ncount records x\n", "line 6: expected a whole number" },
        { HEAD "count records\n", "line 4: expected a whole number" },
        { HEAD "count records 9223372036854775808\n", "line 4: expected a whole number" },
        { HEAD "count files 1\n", "line 4: count knows collections, records and bytes" },
        { HEAD "collection db0 1 2\n", "line 4: expected text in double quotes" },
        { HEAD "collection \"db0\" 1\n", "line 4: expected a whole number" },
        { HEAD "fact version\n", "line 4: expected a key and a value" },
        { HEAD "nofact\n", "line 4: expected the key of a fact" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        struct arena a;
        struct tape t;
        struct error e = { "" };
        arena_init(&a, 1 << 20);
        if (tape_parse(&a, span_str(BAD[i].text), &t, &e))
            fail_msg("this was taken for a tape: %s", BAD[i].text);
        if (!strstr(e.text, BAD[i].says))
            fail_msg("\"%s\" does not say \"%s\"", e.text, BAD[i].says);
        arena_release(&a);
    }
}

static void memory_runs_out(void **state)
{
    static const char TEXT[] = HEAD "> \"ab\"\n> x 00\nfact a 1\ncollection \"x\" 1 2\nclose\n";
    bool done = false;
    (void)state;
    for (uint64_t n = 1; !done; n++) {
        struct arena a;
        struct tape t;
        struct error e;
        arena_init(&a, 1 << 20);
        a.fail_at = n;
        done = tape_parse(&a, span_str(TEXT), &t, &e);
        assert_true(done || arena_failed(&a));
        assert_true(n < 100);
        arena_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps),
        cmocka_unit_test(promises),
        cmocka_unit_test(settings),
        cmocka_unit_test(what_is_not_said_is_not_set),
        cmocka_unit_test(mistakes),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
