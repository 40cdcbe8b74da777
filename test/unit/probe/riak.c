/* Riak: requests state their length; fields of its messages. */
#include "unit/check.h"

#include "probe/riak.c"

static void requests_state_their_length(void **state)
{
    (void)state;
    struct span bytes = RIAK_INFO.parts[0].bytes, name;
    struct frame f;
    assert_true(frame_first(&RIAK_FORM, bytes, &f));
    assert_int_equal(f.head.at[4], 7);
    bytes = span_from(bytes, f.head.len + f.body.len);
    assert_true(frame_first(&RIAK_FORM, bytes, &f));
    assert_int_equal(f.head.at[4], 19);
    assert_int_equal(f.head.len + f.body.len, bytes.len);
    assert_true(riak_text(f.body, 1, &name));
    assert_true(span_starts(name, SPAN("ajar-no-such-bucket")));
}

static void broken_fields(void **state)
{
    (void)state;
    struct span text;
    assert_false(riak_text(SPAN("\x0a\x05" "abc"), 1, &text));
    assert_false(riak_text(SPAN("\x0b"), 1, &text));
    assert_false(riak_text(SPAN("\x0a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), 1, &text));
    assert_true(riak_text(SPAN("\x10\x2a\x0a\x01" "x"), 1, &text));
    assert_true(span_is(text, "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(requests_state_their_length), cmocka_unit_test(broken_fields) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
