/* SQL Server: options of a PRELOGIN that lie. */
#include "unit/check.h"

#include "probe/mssql.c"

static bool parsed(struct span body)
{
    struct mssql_told told = { .encryption = 0 };
    return mssql_parse(body, &told);
}

static void options(void **state)
{
    (void)state;
    assert_true(parsed(SPAN("\0\0\x0b\0\x06\x01\0\x11\0\x01\xff" "\x0f\0\x07\xd0\0\0" "\x02")));
    /* An option behind the end; no end; no version; no encryption; one that nobody knows. */
    assert_false(parsed(SPAN("\0\0\x0c\0\x06\x01\0\x12\0\x01\xff" "\x0f\0\x07\xd0\0\0" "\x02")));
    assert_false(parsed(SPAN("\0\0\x0b\0\x06\x01\0\x11\0\x01")));
    assert_false(parsed(SPAN("\x01\0\x06\0\x01\xff\x02")));
    assert_false(parsed(SPAN("\0\0\x06\0\x06\xff" "\x0f\0\x07\xd0\0\0")));
    assert_false(parsed(SPAN("\0\0\x0b\0\x06\x01\0\x11\0\x01\xff" "\x0f\0\x07\xd0\0\0" "\x09")));
    assert_false(parsed(SPAN_NONE));
}

static void the_request_states_its_length(void **state)
{
    (void)state;
    uint32_t len = 0;
    struct span bytes = MSSQL_PRELOGIN.parts[0].bytes;
    assert_true(frame_length(&TDS_FORM, span_first(bytes, 8), &len));
    assert_int_equal(len, bytes.len - 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(options), cmocka_unit_test(the_request_states_its_length) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
