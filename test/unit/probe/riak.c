/* Riak: requests state their length; fields of its messages. */
#include "unit/check.h"

#include "probe/riak.c"

static void requests_state_their_length(void **state)
{
    (void)state;
    const struct ask *const asks[] = { &RIAK_INFO, &RIAK_BUCKET };
    for (size_t i = 0; i < 2; i++) {
        struct span bytes = asks[i]->parts[0].bytes, name;
        uint32_t len;
        assert_true(frame_length(&RIAK_FORM, span_first(bytes, 5), &len));
        assert_int_equal(len, bytes.len - 5);
        assert_true(riak_text(span_from(bytes, 5), 1, &name));
        assert_int_equal(name.len, i ? bytes.len - 7 : 0);
    }
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
