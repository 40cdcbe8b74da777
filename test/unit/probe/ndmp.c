/* NDMP: by which first bytes it is recognised. */
#include "unit/check.h"

#include "probe/ndmp.c"

#define HELLO(mark, message, reason, version) \
    mark "\0\0\0\x01\x69\x2c\0\0\0\0\0\0" message "\0\0\0\0\0\0\0\0" "\0\0\0" reason "\0\0\0" version "\0\0\0\0"

static void first_bytes(void **state)
{
    (void)state;
    assert_true(ndmp_recognises(SPAN(HELLO("\x80\0\0\x24", "\0\0\x05\x02", "\0", "\x04"))));
    assert_true(ndmp_recognises(SPAN(HELLO("\x80\0\0\x24", "\0\0\x05\x02", "\x02", "\x03"))));
    /* Another message, another version, another reason, not the last fragment, a length that lies, half of it. */
    assert_false(ndmp_recognises(SPAN(HELLO("\x80\0\0\x24", "\0\0\x09\0", "\0", "\x04"))));
    assert_false(ndmp_recognises(SPAN(HELLO("\x80\0\0\x24", "\0\0\x05\x02", "\0", "\x09"))));
    assert_false(ndmp_recognises(SPAN(HELLO("\x80\0\0\x24", "\0\0\x05\x02", "\x08", "\x04"))));
    assert_false(ndmp_recognises(SPAN(HELLO("\0\0\0\x24", "\0\0\x05\x02", "\0", "\x04"))));
    assert_false(ndmp_recognises(SPAN(HELLO("\x80\xff\xff\xff", "\0\0\x05\x02", "\0", "\x04"))));
    assert_false(ndmp_recognises(SPAN("\x80\0\0\x24\0\0\0\x01")));
    assert_false(ndmp_recognises(SPAN_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(first_bytes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
