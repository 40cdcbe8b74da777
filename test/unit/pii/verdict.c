/* Columns of a few hundred values under a heading, and what is said of them: what people's data is and what
 * only looks like it. One table a case, in which every other column is harmless. */
#include "unit/check.h"
#include "unit/pii/tell.h"

#include <stdio.h>

#include "base/random.h"
#include "pii/api.c"
#include "pii/checks.h"

enum { ROWS = 400, VALUE_TEXT_MAX = 96 };

typedef void make_fn(struct random *r, unsigned row, char out[static VALUE_TEXT_MAX]);

static unsigned below(struct random *r, unsigned n)
{
    return (unsigned)random_below(r, n);
}

/* `form` with a random digit for each #, one of 1 to 9 for each ^. */
static void fill(struct random *r, const char *form, char out[static VALUE_TEXT_MAX])
{
    size_t n = 0;
    for (; form[n] && n + 1 < VALUE_TEXT_MAX; n++)
        out[n] = form[n] == '#'   ? (char)('0' + below(r, 10))
                 : form[n] == '^' ? (char)('1' + below(r, 9))
                                  : form[n];
    out[n] = '\0';
}

/* Makes the last digit of the `n` that stand at s fit Luhn. */
static void fit_luhn(char *s, size_t n)
{
    for (char c = '0'; c <= '9'; c++) {
        s[n - 1] = c;
        if (check_luhn((const uint8_t *)s, n))
            return;
    }
}

#define FORM(name, form) \
    static void name(struct random *r, unsigned row, char out[static VALUE_TEXT_MAX]) \
    { \
        (void)row; \
        fill(r, form, out); \
    }

FORM(british_mobile, "07### ######")
FORM(dutch_mobile, "06-^#######")
FORM(korean_mobile, "010-####-####")
FORM(spanish_mobile, "6########")
FORM(brazilian_mobile, "(1#) 9####-####")
FORM(cell_of_a_mast, "4####")
FORM(version, "99.^#.^#.^##")
FORM(bcrypt, "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17####")

static void counter(struct random *r, unsigned row, char out[static VALUE_TEXT_MAX])
{
    (void)r;
    snprintf(out, VALUE_TEXT_MAX, "%u", 600000000 + row);
}

static void union_card(struct random *r, unsigned row, char out[static VALUE_TEXT_MAX])
{
    (void)row;
    fill(r, "622848############0", out);
    fit_luhn(out, 19);
}

static void luhn_ten(struct random *r, unsigned row, char out[static VALUE_TEXT_MAX])
{
    (void)row;
    fill(r, "##########", out);
    fit_luhn(out, 10);
}

static void zero_mobile(struct random *r, unsigned row, char out[static VALUE_TEXT_MAX])
{
    static const char *const PREFIX[] = { "135", "138", "150", "186", "177", "139", "159" };
    (void)row;
    fill(r, "0###########", out);
    memcpy(out + 1, PREFIX[below(r, 7)], 3);
}

static void spread_name(struct random *r, unsigned row, char out[static VALUE_TEXT_MAX])
{
    static const char *const FAMILY[] = {
        "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"
    };
    static const char *const GIVEN[] = {
        "伟", "芳", "娜", "敏", "静", "强", "磊", "军", "洋", "勇"
    };
    snprintf(out, VALUE_TEXT_MAX, "%s%s%s%s", FAMILY[below(r, 10)], row % 2 ? " " : "　",
             GIVEN[below(r, 10)], row % 3 ? "" : GIVEN[below(r, 10)]);
}

static void place(struct random *r, unsigned row, char out[static VALUE_TEXT_MAX])
{
    static const char *const PLACES[] = { "武威", "程海", "马尔康", "张掖", "金塔", "白银",
                                          "龙江", "安顺", "黄石",   "石林", "梅河", "江孜",
                                          "高平", "武夷", "万宁",   "方正" };
    (void)row;
    snprintf(out, VALUE_TEXT_MAX, "%s", PLACES[below(r, 16)]);
}

static void company(struct random *r, unsigned row, char out[static VALUE_TEXT_MAX])
{
    static const char *const FAMILY[] = {
        "Davis", "Smith", "Johnson", "Miller", "Brown", "Wilson"
    };
    static const char *const REST[] = { " LLC", " Inc", " Group", " and Sons", " Ltd", "" };
    snprintf(out, VALUE_TEXT_MAX, "%s-%s%s", FAMILY[below(r, 6)], FAMILY[below(r, 6)],
             REST[row % 6]);
}

static void person(struct random *r, unsigned row, char out[static VALUE_TEXT_MAX])
{
    static const char *const FAMILY[] = {
        "Davis", "Smith", "Johnson", "Miller", "Brown", "Wilson"
    };
    static const char *const GIVEN[] = { "Mary", "John", "Anna", "Peter", "Linda", "Robert" };
    (void)row;
    snprintf(out, VALUE_TEXT_MAX, "%s %s %s", GIVEN[below(r, 6)], GIVEN[below(r, 6)],
             FAMILY[below(r, 6)]);
}

static void named_month_date(struct random *r, unsigned row, char out[static VALUE_TEXT_MAX])
{
    static const char *const MONTH[] = { "Jan", "Feb", "mar", "APR", "May",
                                         "Jun", "Jul", "Aug", "Sep", "October" };
    (void)row;
    snprintf(out, VALUE_TEXT_MAX, "%u-%s-%u", 1 + below(r, 28), MONTH[below(r, 10)],
             1940 + below(r, 65));
}

static void pupil(struct random *r, unsigned row, char out[static VALUE_TEXT_MAX])
{
    (void)row;
    snprintf(out, VALUE_TEXT_MAX, "%02u/%02u/%u", 1 + below(r, 28), 1 + below(r, 12),
             2011 + below(r, 6));
}

static void plug(struct random *r, unsigned row, char out[static VALUE_TEXT_MAX])
{
    (void)row;
    snprintf(out, VALUE_TEXT_MAX, "%s", below(r, 2) ? "Female" : "Male");
}

/* Of a date and a sex, with any digit at the end. */
static void korean_unchecked(struct random *r, unsigned row, char out[static VALUE_TEXT_MAX])
{
    (void)row;
    snprintf(out, VALUE_TEXT_MAX, "%02u%02u%02u-%u%06u", 20 + below(r, 6), 1 + below(r, 12), 1 + below(r, 28),
             3 + below(r, 2), below(r, 960000));
}

static enum ajar_pii_state state_of(struct ajar_pii *pii, const char *heading, make_fn *make, unsigned rows, const char *type)
{
    struct random r = { 5 };
    struct buf b;
    size_t count;
    enum ajar_pii_state state = 0;
    struct ajar_pii_scan *scan = ajar_pii_scan_new(pii, NULL);
    buf_init(&b, 1 << 20);
    buf_printf(&b, "no,%s,size\n", heading);
    for (unsigned row = 0; row < rows; row++) {
        char value[VALUE_TEXT_MAX];
        make(&r, row, value);
        buf_printf(&b, "%u,%s,%u\n", row, value, below(&r, 90));
    }
    ajar_pii_scan_write(scan, b.at, b.len);
    (void)ajar_pii_scan_end(scan, NULL);
    const struct ajar_pii_finding *f = ajar_pii_findings(scan, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(f[i].type, type) == 0)
            state = f[i].state;
    buf_release(&b);
    ajar_pii_scan_free(scan);
    return state;
}

/* Numbers given out since October 2020 end in no check digit: the name of the column is all there is. */
static void test_numbers_without_their_check_digit(void **state)
{
    static const unsigned ROWS_OF[] = { 1, 4, 40, ROWS };
    for (size_t i = 0; i < sizeof(ROWS_OF) / sizeof(ROWS_OF[0]); i++) {
        assert_int_equal(state_of(*state, "주민등록번호", korean_unchecked, ROWS_OF[i], "kr-rrn"), AJAR_PII_SUSPECTED);
        assert_int_equal(state_of(*state, "주문", korean_unchecked, ROWS_OF[i], "kr-rrn"), 0);
        assert_int_equal(state_of(*state, "주민등록번호", korean_mobile, ROWS_OF[i], "kr-rrn"), 0);
    }
}

static void test_columns(void **state)
{
    static const struct {
        const char *heading;
        make_fn *make;
        const char *confirmed; /* or NULL: nothing is */
    } CASES[] = {
        { "Mobile", british_mobile, "phone" },
        { "telefoon", dutch_mobile, "phone" },
        { "휴대폰", korean_mobile, "phone" },
        { "movil", spanish_mobile, "phone" },
        { "celular", brazilian_mobile, "phone" },
        { "Tél.", dutch_mobile, "phone" },
        { "ref", dutch_mobile, NULL },
        { "cell", cell_of_a_mast, NULL },
        { "phone", counter, NULL },
        { "手机", zero_mobile, "cn-mobile" },
        { "c3", union_card, "bank-card" },
        { "c1", luhn_ten, NULL },
        { "version", version, NULL },
        { "client_ip", version, "ipv4" },
        { "passwd", bcrypt, "password-hash" },
        { "姓名", spread_name, "cn-name" },
        { "station_name", place, NULL },
        { "c2", place, NULL },
        { "name", company, NULL },
        { "product name", person, NULL },
        { "name", person, "person-name" },
        { "DOB", named_month_date, "birth-date" },
        { "data_nasc", pupil, "birth-date" },
        { "updated", pupil, NULL },
        { "gender", plug, NULL },
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct random r = { 3 + i };
        struct buf b;
        size_t count, confirmed = 0;
        struct ajar_pii_scan *scan = ajar_pii_scan_new(*state, NULL);
        buf_init(&b, 1 << 20);
        buf_printf(&b, "no,%s,size\n", CASES[i].heading);
        for (unsigned row = 0; row < ROWS; row++) {
            char value[VALUE_TEXT_MAX];
            CASES[i].make(&r, row, value);
            buf_printf(&b, "%u,%s,%u\n", row, value, below(&r, 90));
        }
        ajar_pii_scan_write(scan, b.at, b.len);
        (void)ajar_pii_scan_end(scan, NULL);
        const struct ajar_pii_finding *f = ajar_pii_findings(scan, &count);
        for (size_t k = 0; k < count; k++) {
            bool here = f[k].state == AJAR_PII_CONFIRMED;
            confirmed += here;
            if (here && (!CASES[i].confirmed || strcmp(f[k].type, CASES[i].confirmed) != 0))
                fail_msg("case %zu, %s: %s is confirmed", i, CASES[i].heading, f[k].type);
        }
        if (CASES[i].confirmed && confirmed != 1)
            fail_msg("case %zu, %s: %zu confirmed", i, CASES[i].heading, confirmed);
        buf_release(&b);
        ajar_pii_scan_free(scan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_numbers_without_their_check_digit),
    };
    return cmocka_run_group_tests(tests, detectors_set_up, detectors_tear_down);
}
