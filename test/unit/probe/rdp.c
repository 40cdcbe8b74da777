/* RDP: answers of X.224 that lie. */
#include "unit/check.h"

#include "probe/rdp.c"

static void answers(void **state)
{
    (void)state;
    uint8_t type = 0;
    uint32_t value = 0;
    assert_true(rdp_parse(SPAN("\x0e\xd0\0\0\x12\x34\0\x03\0\x08\0\x05\0\0\0"), &type, &value));
    assert_true(type == FAILURE && value == HYBRID_REQUIRED);
    assert_true(rdp_parse(SPAN("\x06\xd0\0\0\x12\x34\0"), &type, &value) && type == RESPONSE && value == PROTOCOL_RDP);
    /* What was not offered, another length, another code, more behind it, less. */
    assert_false(rdp_parse(SPAN("\x0e\xd0\0\0\x12\x34\0\x02\0\x08\0\x02\0\0\0"), &type, &value));
    assert_false(rdp_parse(SPAN("\x0f\xd0\0\0\x12\x34\0\x03\0\x08\0\x05\0\0\0"), &type, &value));
    assert_false(rdp_parse(SPAN("\x0e\xe0\0\0\x12\x34\0\x03\0\x08\0\x05\0\0\0"), &type, &value));
    assert_false(rdp_parse(SPAN("\x07\xd0\0\0\x12\x34\0\x03"), &type, &value));
    assert_false(rdp_parse(SPAN("\x06\xd0\0"), &type, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(answers) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
