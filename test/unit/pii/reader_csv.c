/* Rows without a quote, which wait and are judged by column: the very same result as from rows whose
 * first cell is quoted, which are taken cell by cell. */
#include "unit/check.h"
#include "unit/pii/tell.h"

#include "base/buf.h"
#include "base/random.h"
#include "pii/pii.h"
#include "pii/reader_csv.c"

enum { ROWS = 6000, EVEN_FIRST = 50 /* what the format is guessed from */ };

/* What one row in three is like; WIDER only one in a thousand, since new columns come with it. */
enum odd {
    EVEN,
    SHORTER,
    LONGER,
    WIDER,
    EMPTY_LINE,
    EMPTY_CELLS,
    INNER_QUOTE,
    INNER_CR,
    QUOTED,
    ODDS
};

static void put_row(struct buf *b, struct random *random, bool quoted, enum odd odd)
{
    uint64_t r = random_next(random);
    const char *quote = quoted || odd == QUOTED ? "\"" : "";
    if (odd == EMPTY_LINE) {
        buf_str(b, "\n");
        return;
    }
    buf_printf(b, "%s%s%s,", quote, r % 2 ? "张伟" : "Mary Smith", quote);
    if (odd == EMPTY_CELLS)
        buf_str(b, ",,,,\n");
    else
        buf_printf(b, "1%02u%08u,%u-%02u-%02u,", 30 + (unsigned)(r % 10),
                   (unsigned)(r >> 7) % 100000000U, 1950 + (unsigned)(r % 60),
                   1 + (unsigned)(r % 12), 1 + (unsigned)(r % 28));
    if (odd == SHORTER)
        buf_str(b, "男\n");
    if (odd == EMPTY_CELLS || odd == SHORTER)
        return;
    buf_printf(b, "u%u.z@%s.com,", (unsigned)(r >> 9) % 100000, r % 3 ? "163" : "qq");
    buf_str(b, odd == INNER_QUOTE ? "5\" of 24\"" : odd == INNER_CR ? "1\r,2\r" : "note");
    for (unsigned i = 0; i < 30 && odd == LONGER; i++)
        buf_printf(b, " 报警人电话13%09u", (unsigned)(r % 1000000000) + i);
    if (odd == WIDER)
        buf_printf(b, ",139%08u", (unsigned)(r % 100000000));
    buf_str(b, r % 7 ? "\n" : "\r\n");
}

static void make(enum odd odd, bool headed, bool quoted, struct buf *out)
{
    struct random random = { 7 + odd };
    buf_init(out, 16 << 20);
    if (headed)
        buf_str(out, "xm,sjhm,csrq,mail,note\n");
    for (unsigned i = 0; i < ROWS; i++) {
        bool has = random_below(&random, odd == WIDER ? 1000 : 3) == 0 && i > EVEN_FIRST;
        put_row(out, &random, quoted, has ? odd : EVEN);
    }
    assert_false(out->failed);
}

static void test_the_same_as_cell_by_cell(void **state)
{
    static const size_t BUFFERS[] = { 4096, 5003, 70000, 0 };
    for (unsigned i = 0; i < 2 * ODDS; i++) {
        struct buf plain, quoted, expected;
        make((enum odd)(i / 2), i % 2, false, &plain);
        make((enum odd)(i / 2), i % 2, true, &quoted);
        tell_text(*state, buf_span(&quoted), 0, &expected);
        assert_true(span_has(buf_span(&expected), "cn-mobile"));
        for (size_t k = 0; k < sizeof(BUFFERS) / sizeof(BUFFERS[0]); k++) {
            struct buf told;
            tell_text(*state, buf_span(&plain), BUFFERS[k], &told);
            if (!span_eq(buf_span(&told), buf_span(&expected)))
                fail_msg("odd %u, buffer %zu:\n%.*sinstead of\n%.*s", i / 2, BUFFERS[k],
                         SPAN_FMT(buf_span(&told)), SPAN_FMT(buf_span(&expected)));
            buf_release(&told);
        }
        buf_release(&plain);
        buf_release(&quoted);
        buf_release(&expected);
    }
}

/* All rows but the deep ones are read the short way. */
static void test_rows_wait(void **state)
{
    (void)state;
    static struct profile p;
    static struct detectors d;
    static uint8_t memory[4096 + 3 * CLASS_SLACK];
    struct csv_reader r = { .column_count = 3 };
    struct error e;
    struct masks m;
    static const char TEXT[] = "a,b,c\na,\"b\",c\r\na,b,c\n\na,b,c,d\na,b\na,b";
    const struct text t = { memory + CLASS_SLACK, sizeof(TEXT) - 1, &m };
    assert_true(detectors_init(&d, 20261122, &e) && profile_init(&p, &d, class_engine_best()) &&
                masks_init(&m, 64));
    memcpy(memory + CLASS_SLACK, TEXT, sizeof(TEXT) - 1);
    p.plan.stop[0] = ',';
    p.plan.stop[1] = '\n';
    p.engine->fill(&p.plan, t.base, 1, &m);
    p.records = DEEP_FIRST + 1;
    static const size_t WANTED[][2] = { { 0, 6 }, { 6, 6 }, { 15, 21 }, { 22, 22 }, { 30, 34 } };
    for (size_t i = 0; i < sizeof(WANTED) / sizeof(WANTED[0]); i++)
        assert_int_equal(take_plain_rows(&r, &p, &t, WANTED[i][0]), WANTED[i][1]);
    assert_int_equal(p.records, DEEP_FIRST + 1 + 3);
    assert_int_equal(p.rows, 3);
    profile_columns(&p, &t);
    masks_release(&m);
    profile_release(&p);
    detectors_release(&d);
}

/* A heading below titles names the columns, and titles are no records. */
static void test_titles_above_the_heading(void **state)
{
    static const struct {
        const char *above;
        char delim;
        bool found;
    } CASES[] = {
        { "", ',', true },
        { "XX派出所人员名单,,\n", ',', true },
        { "List of visitors\n\n2026-11-22\n", '\t', true },
        { "sep=;\r\n", ';', true },
        { "Customer phone list,,\n", ',', true },
        { "a\nb\nc\nd\n", ',', true },
        { "a\nb\nc\nd\ne\n", ',', false },
        { "a,b\n", ',', false },
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct buf b, told;
        buf_init(&b, 1 << 20);
        buf_printf(&b, "%sxm,sjhm,csrq\n", CASES[i].above);
        for (unsigned k = 0; k < 200; k++)
            buf_printf(&b, "张伟,1%02u%08u,19%02u-03-04\n", 30 + k % 10, 11111 + k * 7919,
                       50 + k % 40);
        for (size_t k = strlen(CASES[i].above); k < b.len; k++)
            if (b.at[k] == ',')
                b.at[k] = (uint8_t)CASES[i].delim;
        tell_text(*state, buf_span(&b), 0, &told);
        if (span_has(buf_span(&told), "sjhm cn-mobile") != CASES[i].found ||
            (CASES[i].found && !span_starts(buf_span(&told), SPAN("200 records"))))
            fail_msg("%s: %.*s", CASES[i].above, SPAN_FMT(buf_span(&told)));
        buf_release(&b);
        buf_release(&told);
    }
}

/* Is the first row taken for the heading? */
static void test_headings_nobody_knows(void **state)
{
    static const struct {
        const char *first, *below[3];
        bool heading;
    } CASES[] = {
        { "编号,人员", { "4021,张伟", "4022,李娜", "4023,王芳" }, true },
        { "宅电", { "01064035562", "01064035563", "01064035564" }, true },
        { "编号,人员", { "甲,张伟", "乙,李娜", "丙,王芳" }, false },
        { "nom;Tél.;Né(e) le",
          { "A;0612341430;1990-01-02", "B;0612341431;", "C;;1990-01-02" },
          true },
        { "md5,sha1,etag",
          { "0cc175b9c0f1,86f7e437faa5,x1y2", "92eb5ffee6ae,e9d71f5ee7c9,z3w4",
            "4a8a08f09d37,84a516841ba7,v5u6" },
          true },
        { "乘车人;票种;证件号码;车次;到站;席位;订单号;票价",
          { "张伟;成人;110101199003070011;G1;上海;二等;E1;553",
            "李娜;成人;110101199003070038;G2;北京;一等;E2;933",
            "王芳;学生;110101199003070054;G3;西安;二等;E3;433" },
          true },
        /* Somebody without a number above those who have one. */
        { "张伟,未填写", { "李娜,13800138000", "王芳,13800138001", "赵敏,13800138002" }, false },
        { "张伟;甲;证件号码;乙;丙;丁;戊;己",
          { "李娜;a;110101199003070011;b;c;d;e;f", "王芳;a;110101199003070038;b;c;d;e;f",
            "赵敏;a;110101199003070054;b;c;d;e;f" },
          false },
        { "买买提,男,未知",
          { "李娜,女,13800138000", "王芳,女,13800138001", "赵敏,女,13800138002" },
          false },
        { "居民,已婚,未知",
          { "村民,已婚,13800138000", "村民,未婚,13800138001", "户主,未婚,13800138002" },
          false },
        { "居民,,未知", { "村民,,13800138000", "村民,,13800138001", "户主,,13800138002" }, false },
        { "居民,未知,未知",
          { "村民,,13800138000", "村民,,13800138001", "户主,,13800138002" },
          false },
        { "居民,无", { "村民,13800138000", "村民,13800138001", "户主,13800138002" }, false },
        { "居民,G12,未知",
          { "村民,G13,13800138000", "村民,G14,13800138001", "户主,G15,1380013" },
          false },
        { "Mary Smith,ask her",
          { "John Doe,13800138000", "Ann Lee,13800138001", "Joe Ray,13800138002" },
          false },
        { "居民,住处,电话未知",
          { "村民,3号,13800138000", "村民,4号,没有", "户主,5号,13800138002" },
          false },
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct buf b, told;
        buf_init(&b, 1 << 20);
        buf_printf(&b, "%s\n", CASES[i].first);
        for (unsigned k = 0; k < 30; k++)
            buf_printf(&b, "%s\n", CASES[i].below[k % 3]);
        tell_text(*state, buf_span(&b), 0, &told);
        if (!span_starts(buf_span(&told),
                         CASES[i].heading ? SPAN("30 records") : SPAN("31 records")))
            fail_msg("%s: %.*s", CASES[i].first, SPAN_FMT(buf_span(&told)));
        buf_release(&b);
        buf_release(&told);
    }
}

/* The first row lacks the number that all others have: it is still data, and never shown. */
static void test_no_person_is_a_heading(void **state)
{
    static const char *const ROWS_ABOVE[] = {
        "Rukmini,Zwanziger,,F\n",        "Rukmini,Zwanziger,Teheran,F\n",
        "Rukmini,Zwanziger,enabled,F\n", "Rukmini,Zwanziger,unknown,X\n",
        "Rukmini,Zwanziger,null,M\n",    "张伟,Zwanziger,Rukmini,女\n",
    };
    for (size_t i = 0; i < sizeof(ROWS_ABOVE) / sizeof(ROWS_ABOVE[0]); i++) {
        struct buf b, told;
        buf_init(&b, 1 << 20);
        buf_str(&b, ROWS_ABOVE[i]);
        for (unsigned k = 0; k < 300; k++)
            buf_printf(&b, "%s,%s,+49171%07u,%s\n", k % 2 ? "Mary" : "Peter",
                       k % 3 ? "Smith" : "Miller", k * 7919 % 10000000,
                       k % 5   ? "F"
                       : k % 7 ? "M"
                               : "女");
        tell_text(*state, buf_span(&b), 0, &told);
        if (!span_starts(buf_span(&told), SPAN("301 records")) ||
            span_has(buf_span(&told), "Zwanziger"))
            fail_msg("%s: %.*s", ROWS_ABOVE[i], SPAN_FMT(buf_span(&told)));
        buf_release(&b);
        buf_release(&told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_as_cell_by_cell),
        cmocka_unit_test(test_rows_wait),
        cmocka_unit_test(test_titles_above_the_heading),
        cmocka_unit_test(test_no_person_is_a_heading),
        cmocka_unit_test(test_headings_nobody_knows),
    };
    return cmocka_run_group_tests(tests, detectors_set_up, detectors_tear_down);
}
