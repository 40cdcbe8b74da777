/* Carbon: the one pickle that is its answer, as three Pythons write it. */
#include "unit/said.h"

#include "probe/carbon.c"

static void pickles(void **state)
{
    (void)state;
    assert_true(carbon_is_empty(SPAN("\x80\x02}q\0X\x0a\0\0\0datapointsq\x01]q\x02s.")));
    assert_true(carbon_is_empty(SPAN("\x80\x02}q\x01U\x0a" "datapointsq\x02]q\x03s.")));
    assert_true(carbon_is_empty(SPAN("\x80\x02}U\x0a" "datapoints]s.")));
    /* Values, another word, another map, something behind it. */
    assert_false(carbon_is_empty(SPAN("\x80\x02}q\0X\x0a\0\0\0datapointsq\x01](K\x01K\x02es.")));
    assert_false(carbon_is_empty(SPAN("\x80\x02}q\0X\x05\0\0\0errorq\x01X\x02\0\0\0noq\x02s.")));
    assert_false(carbon_is_empty(SPAN("\x80\x03}q\0X\x0a\0\0\0datapointsq\x01]q\x02s.")));
    assert_false(carbon_is_empty(SPAN("\x80\x02}q\0X\x0a\0\0\0datapointsq\x01]q\x02s.x")));
    assert_false(carbon_is_empty(SPAN_NONE));
}

static void question(void **state)
{
    (void)state;
    struct span ask = CARBON_QUERY.parts[0].bytes;
    assert_int_equal(ask.len, 4 + 0x4f);
    struct span answer = SPAN("\0\0\0\x1b\x80\x02}q\0X\x0a\0\0\0datapointsq\x01]q\x02s.");
    assert_int_equal(said_once(&PROBE_CARBON, answer), OUTCOME_OPEN);
    said_cut_is_nobodys(&PROBE_CARBON, answer);
    assert_int_equal(said_once(&PROBE_CARBON, ask), OUTCOME_NOT_MINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(pickles), cmocka_unit_test(question) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
