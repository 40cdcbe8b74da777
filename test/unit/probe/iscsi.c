/* iSCSI: requests that state their length, and the filling behind a name. */
#include "unit/check.h"

#include "probe/iscsi.c"

static void fixed_text_fills_four(void **state)
{
    (void)state;
    assert_int_equal(ISCSI_DISCOVER.parts[3].bytes.len % 4, 0);
    assert_int_equal(ISCSI_TARGETS.parts[0].bytes.at[7], ISCSI_TARGETS.parts[2].bytes.len - 16);
    assert_int_equal(ISCSI_LOGOUT.parts[0].bytes.len, HEAD_BYTES);
}

/* Whatever the name's length, the message ends at a multiple of 4, and is recognised whole. */
static void names_are_filled(void **state)
{
    (void)state;
    static const char NAME[] = "iqn.2026-01.example:ab";
    for (size_t n = 1; n < sizeof(NAME); n++) {
        uint8_t out[512];
        struct writer to = writer_over(out, sizeof(out));
        struct span name = span_of(NAME, n);
        size_t sent = ISCSI_ENTER.parts[3].bytes.len + ISCSI_ENTER.parts[5].bytes.len + n + 1;
        struct span args[] = { span_first(SPAN("xxx"), (4 - (sent & 3)) & 3), name };
        assert_true(ask_render(&ISCSI_ENTER, args, 2, &to));
        assert_int_equal(writer_span(&to).len % 4, 0);
        uint32_t len = 0;
        assert_true(frame_length(&ISCSI_FORM, span_first(writer_span(&to), HEAD_BYTES), &len));
        assert_int_equal(len, writer_span(&to).len - HEAD_BYTES);
        assert_int_equal(ask_match(&ISCSI_ENTER, writer_span(&to)), writer_span(&to).len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(fixed_text_fills_four), cmocka_unit_test(names_are_filled) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
