/* HSQLDB: errors and rows out of its messages. */
#include "unit/said.h"

#include "probe/hsqldb.c"

#define ERROR(text_len, text, state, code) "\0\0\0" text_len text "\0\0\0\x05" state code
#define NUMBER "\0\0\0\0\0\0\0\x18"
#define ROWS NUMBER "\0\0\0\x02\0\0\0\0\0\0\0\x02" "\x01\0\0\0\x03" "P.A" "\x01\0\0\0\x01" "0" "\x01\0\0\0\x03" "P.B" "\x01\0\0\0\x02" "71"

static void errors(void **state)
{
    (void)state;
    struct hs_error e;
    struct span whole = SPAN(ERROR("\x02", "no", "28000", "\xff\xff\xf0\x60"));
    assert_true(hs_error_parse(whole, &e));
    assert_true(span_is(e.text, "no") && span_is(e.state, "28000"));
    assert_int_equal(e.code, -4000);
    for (size_t n = 0; n < whole.len; n++)
        assert_false(hs_error_parse(span_first(whole, n), &e));
    assert_false(hs_error_parse(SPAN(ERROR("\x02", "no", "28000", "\0\0\0\x01")), &e));
}

static void rows(void **state)
{
    (void)state;
    struct span whole = SPAN(ROWS), number = SPAN(NUMBER);
    assert_true(hs_rows(whole, number, NULL));
    for (size_t n = 0; n < whole.len; n++)
        assert_false(hs_rows(span_first(whole, n), number, NULL));
    assert_false(hs_rows(SPAN(ROWS "x"), number, NULL));
    assert_true(hs_rows(SPAN(NUMBER "\0\0\0\0\0\0\0\0\0\0\0\0"), number, NULL));
    assert_false(hs_rows(SPAN(NUMBER "\xff\xff\xff\xff\0\0\0\0\xff\xff\xff\xff"), number, NULL));
}

static void door(void **state)
{
    (void)state;
    struct said s;
    const struct span let_in = SPAN("\x0b\0\0\0\x28" "\0\0\0\0" "\0\0\0\0\0\0\0\x03" "\0\0\0\x08" "HSQLDB12" "\0\0\0\0" "\0\0\0\0" "\0\0\0\x01");
    const struct span in = SPAN("\x0b\0\0\0\x24" "\0\0\0\0" "\0\0\0\0\0\0\0\x03" "\0\0\0\x08" "HSQLDB12" "\0\0\0\0" "\0\0\0\x01" "\0");
    assert_int_equal(said_once(&PROBE_HSQLDB, let_in), OUTCOME_NOT_MINE); /* a number too many */
    const struct span shows[] = { in, SPAN("\x03\0\0\0\x44" NUMBER "columns" ROWS "\0") };
    assert_int_equal(said_meet(&s, &PROBE_HSQLDB, shows, 2), OUTCOME_OPEN);
    assert_int_equal(s.seen->records, 71);
    said_end(&s);
    const struct span hides[] = { in, SPAN("\x02\0\0\0\x17" ERROR("\x02", "no", "42501", "\xff\xff\xea\x83") "\0") };
    assert_int_equal(said_meet(&s, &PROBE_HSQLDB, hides, 2), OUTCOME_UNCLEAR);
    said_end(&s);
    assert_int_equal(said_once(&PROBE_HSQLDB, SPAN("\x02\0\0\0\x17" ERROR("\x02", "no", "28000", "\xff\xff\xf0\x60") "\0")), OUTCOME_LOCKED);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(errors), cmocka_unit_test(rows), cmocka_unit_test(door) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
