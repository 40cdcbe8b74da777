/* What names of fields have in common. */
#include "unit/check.h"

#include "pii/names.c"

static void test_forms_of_numbered_names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *form;
    } CASES[] = {
        { "cache:user:17", "cache:user:#" },
        { "cache:user:4711", "cache:user:#" },
        { "17", "#" },
        { "q1_2", "q#_#" },
        { "x12y3", "x#y#" },
        { "u:8f41dda4e7282841b700a5b1", "u:#" },
        { "895d4c02-abcd-e129-ea30-de9cc1302d1c", "#-#-#-#-#" },
        { "phone", "" },
        { "dead-beef", "" },
        { "用户3", "用户#" },
        { "", "" },
        { "-", "" },
        { "0123456789012345678901234567890123456789012345678901234567890123", "#" },
        { "01234567890123456789012345678901234567890123456789012345678901234", "" },
        { "1-2-3-4-5-6-7-8-9-0-1-2-3-4-5-6-7-8-9-0-1-2-3-4-5-6-7-8-9-0-1-2-",
          "#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-#-" },
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        uint8_t out[NAME_FORM_MAX];
        if (!span_eq(name_form(span_str(CASES[i].name), out), span_str(CASES[i].form)))
            fail_msg("%s", CASES[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms_of_numbered_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
