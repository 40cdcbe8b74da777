/* Files that users bring: the shapes that exist, and everything cut, flipped and wrong. */
#include "tables/lifecycle_import.c"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ARENA_BYTES = 16 * 1024 * 1024 };

static const char V0[] = "[{\"cycle\":\"7.2\",\"eol\":\"2026-11-01\",\"latest\":\"7.2.20 GA\",\"lts\":false},"
                         "{\"cycle\":\"6\",\"eol\":true},{\"cycle\":\"R13\",\"eol\":true},{\"cycle\":\"8.0\",\"eol\":false}]";
static const char V1[] =
    "{\"schema_version\":\"1.2.0\",\"generated_at\":\"2026-11-20T06:00:00+00:00\",\"result\":{\"name\":\"elasticsearch\","
    "\"releases\":[{\"name\":\"5.5\",\"isEol\":true,\"eolFrom\":\"2019-01-06\",\"latest\":{\"name\":\"5.5.3\",\"link\":\"]}\\\"\"}},"
    "{\"name\":\"9\",\"isEol\":false,\"eolFrom\":null,\"latest\":null}]}}";
static const char ALL[] =
    "{ \"generated_at\" : \"2026-11-21T06:00:00+00:00\" , \"total\":2, \"result\":[ {\"name\":\"a\",\"releases\":["
    "{\"name\":\"1\",\"isEol\":true,\"eolFrom\":null}]} , {\"name\":\"b\",\"releases\":[]} ] }";
static const char KEV[] =
    "{\"title\":\"t\",\"dateReleased\":\"2026-11-20T17:00:00.0000Z\",\"vulnerabilities\":[{\"cveID\":\"CVE-2025-49844\","
    "\"dateAdded\":\"2026-10-01\",\"knownRansomwareCampaignUse\":\"Known\"},{\"cveID\":\"CVE-2025-14847\","
    "\"dateAdded\":\"2025-12-29\",\"knownRansomwareCampaignUse\":\"Unknown\"}]}";

static bool read_it(struct span json, const char *name, struct buf *rows, struct feed *f, struct error *e)
{
    struct arena a;
    arena_init(&a, ARENA_BYTES);
    buf_init(rows, 1 << 20);
    bool ok = feed_read(&a, json, span_str(name), time_from_civil(2026, 11, 22, 0, 0, 0), rows, f, e);
    arena_release(&a);
    return ok;
}

static void assert_rows(const char *json, const char *name, enum feed_kind kind, const char *wanted)
{
    struct buf rows;
    struct feed f;
    struct error e = { "" };
    if (!read_it(span_str(json), name, &rows, &f, &e))
        fail_msg("%s", e.text);
    assert_int_equal(f.kind, kind);
    buf_byte(&rows, '\0');
    assert_string_equal((const char *)rows.at, wanted);
    buf_release(&rows);
}

static void test_shapes(void **state)
{
    (void)state;
    assert_rows(V0, "redis", FEED_LIFECYCLE,
                "redis,7.2,2026-11-01,7.2.20,endoflife.date,2026-11-22\nredis,6,true,,endoflife.date,2026-11-22\n"
                "redis,8.0,false,,endoflife.date,2026-11-22\n");
    assert_rows(V1, NULL, FEED_LIFECYCLE,
                "elasticsearch,5.5,2019-01-06,5.5.3,endoflife.date,2026-11-20\n"
                "elasticsearch,9,false,,endoflife.date,2026-11-20\n");
    assert_rows(ALL, NULL, FEED_LIFECYCLE, "a,1,true,,endoflife.date,2026-11-21\n");
    assert_rows(KEV, NULL, FEED_EXPLOITED,
                "CVE-2025-49844,2026-10-01,known,2026-11-20\nCVE-2025-14847,2025-12-29,,2026-11-20\n");
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const BAD[][2] = {
        { "", "not JSON" },
        { "hello", "not JSON" },
        { "[", "not JSON" },
        { "{\"result\":{", "not JSON" },
        { "{}", "neither a file of endoflife.date" },
        { "{\"result\":7}", "neither a file of endoflife.date" },
        { "{\"result\":{\"name\":\"x\"}}", "x has no list of cycles" },
        { "{\"result\":{\"name\":\"../x\",\"releases\":[]}}", "no word" },
        { "{\"result\":{\"name\":\"x\",\"releases\":[]}}", "holds nothing" },
        { "{\"result\":{\"name\":\"x\",\"releases\":[{\"name\":\"1,2\",\"isEol\":true}]}}", "x: a cycle whose name is no word" },
        { "{\"result\":{\"name\":\"x\",\"releases\":[{\"name\":\"1\",\"isEol\":7}]}}", "x: a cycle without a date" },
        { "{\"result\":[{\"name\":\"x\",\"releases\":[]},{\"name\":\"x\",\"releases\":[]}]}", "x stands twice" },
        { "{\"result\":[{\"name\":\"x\",\"releases\":[]}x]}", "the list of products is broken" },
        { "{\"vulnerabilities\":[]}", "no list of 1 to" },
        { "{\"vulnerabilities\":[{\"cveID\":\"CVE-1,\\n2\",\"dateAdded\":\"2026-01-01\"}]}", "without cveID" },
        { "{\"vulnerabilities\":[{\"cveID\":\"CVE-2026-0001\",\"dateAdded\":\"2026-13-01\"}]}", "without cveID" },
    };
    for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++) {
        struct buf rows;
        struct feed f;
        struct error e = { "" };
        assert_false(read_it(span_str(BAD[i][0]), "x", &rows, &f, &e));
        if (!strstr(e.text, BAD[i][1]))
            fail_msg("%zu: %s", i, e.text);
        buf_release(&rows);
    }
    struct buf rows;
    struct feed f;
    struct error e = { "" };
    assert_false(read_it(span_str(V0), NULL, &rows, &f, &e));
    assert_non_null(strstr(e.text, "--product NAME"));
    buf_release(&rows);
}

static void test_cut_and_flipped(void **state)
{
    (void)state;
    static const char *const GOOD[] = { V0, V1, ALL, KEV };
    for (size_t g = 0; g < 4; g++) {
        size_t len = strlen(GOOD[g]);
        for (size_t i = 0; i < len; i++) {
            uint8_t text[1024];
            struct buf rows;
            struct feed f;
            struct error e = { "" };
            memcpy(text, GOOD[g], len);
            assert_false(read_it(span_of(text, i), "x", &rows, &f, &e));
            assert_true(e.text[0] && !strchr(e.text, '\n'));
            buf_release(&rows);
            text[i] ^= 0x15;
            (void)read_it(span_of(text, len), "x", &rows, &f, &e);
            /* What is taken is still rows: no sign of a file can start a field or a line of its own. */
            for (size_t at = 0; at < rows.len; at++)
                assert_true(rows.at[at] == '\n' || (rows.at[at] > ' ' && rows.at[at] < 127 && rows.at[at] != '"'));
            buf_release(&rows);
        }
    }
}

static void test_too_deep(void **state)
{
    (void)state;
    struct buf text, rows;
    struct feed f;
    struct error e = { "" };
    buf_init(&text, 1 << 20);
    buf_str(&text, "{\"result\":");
    for (int i = 0; i < 100000; i++)
        buf_byte(&text, '[');
    assert_false(read_it(buf_span(&text), NULL, &rows, &f, &e));
    buf_release(&text);
    buf_release(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes), cmocka_unit_test(test_refused), cmocka_unit_test(test_cut_and_flipped),
        cmocka_unit_test(test_too_deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
