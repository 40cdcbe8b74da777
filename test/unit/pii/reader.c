/* What a file is taken for, from its first bytes. */
#include "unit/check.h"

#include "base/buf.h"
#include "pii/reader.c"

/* The delimiter of the table that this is, 0 where it is none. */
static uint8_t table_of(struct buf *b)
{
    uint8_t delim;
    assert_false(b->failed);
    bool table = reader_guess(buf_span(b), &delim) == FORMAT_CSV;
    buf_release(b);
    return table ? delim : 0;
}

/* `usual` as each row but one in every `one_in`, which is `odd`. */
static uint8_t table_of_rows(const char *usual, const char *odd, unsigned one_in)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (unsigned i = 0; i < 90; i++)
        buf_printf(&b, "%s\n", i % one_in == 3 ? odd : usual);
    return table_of(&b);
}

static void test_ragged_rows(void **state)
{
    (void)state;
    static const struct {
        const char *usual, *odd;
        unsigned one_in;
        char delim;
    } CASES[] = {
        { "Li Wei,13800138000,3 High St", "Li Wei,13800138000,3 High St, Leeds", 10, ',' },
        { "a;b;c;d", "a;b;c", 10, ';' },
        { "a;b;c;d", "a;b;c", 7, ';' },
        { "a;b;c;d", "a;b;c", 4, 0 },
        { "a;b;c;d", "a;b", 10, ';' },
        { "a;b;c;d", "a;b;c;d;e;f", 10, ';' },
        { "a;b;c;d", "a;b;c;d;e;f;g", 10, 0 },
        { "a;b;c;d", "a", 10, 0 },
        { "a;b", "a;b;c", 10, 0 },
        { "It was late, cold, and dark", "He rose, sat, ate, and went", 10, 0 },
        { "    call(a, b, c)", "    call(a, b, c, d)", 10, 0 },
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        if (table_of_rows(CASES[i].usual, CASES[i].odd, CASES[i].one_in) != CASES[i].delim)
            fail_msg("%s", CASES[i].odd);
}

static uint8_t table_of_lines(const char *first, const char *const *lines, size_t kinds,
                              unsigned count)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_str(&b, first);
    for (unsigned i = 0; i < count; i++)
        buf_printf(&b, "%s%u%s\n", lines[i % kinds * 2], 10 + i % 90, lines[i % kinds * 2 + 1]);
    return table_of(&b);
}

static void test_lists(void **state)
{
    (void)state;
    static const struct {
        const char *first, *lines[4];
        size_t kinds;
        unsigned count;
        bool list;
    } CASES[] = {
        { "", { "138001380", "" }, 1, 30, true },
        { "phone\n", { "138001380", "" }, 1, 30, true },
        { "手机号\r\n", { "138001380", "\r", "+86 138-0013-80", "\r" }, 2, 30, true },
        { "", { "138001380", "" }, 1, 20, false },
        { "",
          { "13800138000 1101011990030700", "", "13900138000 1101011990030700", "" },
          2,
          30,
          false },
        { "", { "li.wei", "@example.org" }, 1, 30, true },
        { "", { "京A12", "" }, 1, 30, false },
        { "", { "京A12", "9" }, 1, 30, true },
        { "", { "京A12", "9警" }, 1, 30, true },
        { "", { "电话：138001380", "，" }, 1, 30, false },
        { "", { "S1234567", "D" }, 1, 30, true },
        { "", { "00-22-4f-14-a1-", "", "AC-de-48-00-11-", "" }, 2, 30, true },
        { "", { "JTDYL5SL3SH6487", "", "1HG7S49PXKK3190", "" }, 2, 30, true },
        { "", { "00.22.4f.14.a1.", "", "AC-de-48-00-11-", "" }, 2, 30, false },
        { "", { "libfoo", "" }, 1, 30, false },
        { "", { "12345 at the house number ", "" }, 1, 30, false },
        { "", { "li.wei", "@example.org wrote:" }, 1, 30, false },
        { "", { "138001380", "", "and something of another kind ", "" }, 2, 30, false },
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        if (table_of_lines(CASES[i].first, CASES[i].lines, CASES[i].kinds, CASES[i].count) !=
            (CASES[i].list ? '\t' : 0))
            fail_msg("case %zu", i);
}

static void test_lists_of_words(void **state)
{
    (void)state;
    static const struct {
        const char *words[3];
        bool list;
    } CASES[] = {
        { { "张伟", "欧阳娜娜", "阿迪力·买买提" }, true },
        { { "abandon", "ability", "able" }, false },
        { { "Mary Smith", "John Doe", "Ann Lee" }, false },
        { { "关于进一步", "通知", "的" }, false },
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct buf b;
        buf_init(&b, 1 << 20);
        for (unsigned k = 0; k < 60; k++)
            buf_printf(&b, "%s\n", CASES[i].words[k % 3]);
        assert_int_equal(table_of(&b), CASES[i].list ? '\t' : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ragged_rows),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_lists_of_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
