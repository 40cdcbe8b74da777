/* Exports of certificate logs: what matches, what is refused, how large they may be. */
#include "owner/since_log.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ENTRY(serial, issuer, names, at)                                                            \
    "{\"issuer_ca_id\":1,\"issuer_name\":\"" issuer "\",\"common_name\":\"kibana.shop.cn\","          \
    "\"name_value\":\"" names "\",\"id\":7,\"entry_timestamp\":\"" at "\","                           \
    "\"not_before\":\"2017-09-05T00:00:00\",\"serial_number\":\"" serial "\",\"result_count\":2}"

static const char ISSUER[] = "CN=Sure CA,O=Sure,C=CN";

struct fixture {
    struct arena arena;
    struct cert_log log;
    struct error error;
};

static int setup(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    return 0;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    arena_release(&x->arena);
    free(x);
    return 0;
}

static bool read_text(struct fixture *x, struct span text)
{
    arena_release(&x->arena);
    arena_init(&x->arena, 64 << 20);
    x->error.text[0] = '\0';
    cert_log_init(&x->log, &x->arena, 1);
    return cert_log_read(&x->log, "ct.json", text, &x->error);
}

/* The moments in ms, or 0. */
static void look_up(struct fixture *x, const char *serial, const char *sha256, const char *names,
                    int64_t *ret_exact, int64_t *ret_named)
{
    struct endpoint e = { .port = 443 };
    struct visit v;
    visit_init(&v, &x->arena, &e);
    struct observation *c = visit_observe(&v, "certificate", KIND_TLS);
    fact_text(c, "cert.serial", span_str(serial), NULL, SPAN_NONE);
    fact_text(c, "cert.issuer", span_str(ISSUER), NULL, SPAN_NONE);
    fact_text(c, "cert.sha256", span_str(sha256), NULL, SPAN_NONE);
    fact_text(c, "cert.subject", SPAN("CN=other.shop.cn"), NULL, SPAN_NONE);
    fact_text(c, "cert.names", span_str(names), NULL, SPAN_NONE);
    cert_log_add_facts(&x->log, c);
    const struct fact *exact = fact_get(c, "ct.logged"), *named = fact_get(c, "ct.names_logged");
    *ret_exact = exact ? exact->number : 0;
    *ret_named = named ? named->number : 0;
}

static const struct span TWO = SPAN("[" ENTRY("00a1B2", "C=CN, O=Sure, CN=Sure CA", "a.shop.cn\\nB.shop.cn",
                                              "2017-09-05T12:34:56.789") ",\n"
                                    ENTRY("c3", "C=CN, O=Sure, CN=Sure CA", "a.shop.cn", "2016-01-02T03:04:05") "]\n");

static void test_match(void **state)
{
    struct fixture *x = *state;
    int64_t exact, named;
    if (!read_text(x, TWO))
        fail_msg("%s", x->error.text);
    look_up(x, "A1B2", "", "b.SHOP.cn", &exact, &named);
    assert_int_equal(exact, time_from_civil(2017, 9, 5, 12, 34, 56));
    assert_int_equal(named, time_from_civil(2017, 9, 5, 12, 34, 56));
    look_up(x, "ffff", "", "a.shop.cn", &exact, &named);
    assert_int_equal(exact, 0);
    assert_int_equal(named, time_from_civil(2016, 1, 2, 3, 4, 5));
    look_up(x, "c3", "", "z.shop.cn", &exact, &named);
    assert_int_equal(exact, time_from_civil(2016, 1, 2, 3, 4, 5));
    assert_int_equal(named, 0);
}

/* The same serial number under another issuer is another certificate. */
static void test_other_issuer(void **state)
{
    struct fixture *x = *state;
    int64_t exact, named;
    assert_true(read_text(x, SPAN("[" ENTRY("c3", "C=CN, O=Sure, CN=Other CA", "a.b", "2016-01-02T03:04:05") "]")));
    look_up(x, "c3", "", "", &exact, &named);
    assert_int_equal(exact, 0);
}

static void test_sha256_and_lines(void **state)
{
#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    struct fixture *x = *state;
    int64_t exact, named;
    assert_true(read_text(x, SPAN("{\"cert_sha256\":\"" SHA "\",\"name_value\":\"q.shop.cn\","
                                  "\"entry_timestamp\":\"2015-01-01T00:00:00\"}\n"
                                  ENTRY("9", "CN=Sure CA", "{not\\\"a[brace", "2016-01-02T03:04:05") "\n")));
    assert_int_equal(x->log.entries, 2);
    look_up(x, "1", SHA, "", &exact, &named);
    assert_int_equal(exact, time_from_civil(2015, 1, 1, 0, 0, 0));
}

static void test_unknown_time(void **state)
{
    struct fixture *x = *state;
    int64_t exact, named;
    assert_true(read_text(x, SPAN("[{\"name_value\":\"a.shop.cn\",\"serial_number\":\"c3\",\"entry_timestamp\":null}]")));
    look_up(x, "c3", "", "a.shop.cn", &exact, &named);
    assert_int_equal(named, 0);
    assert_true(read_text(x, SPAN("[]")));
    assert_int_equal(x->log.entries, 0);
}

static void test_refused(void **state)
{
    static const struct { struct span text; const char *why; } ROWS[] = {
        { SPAN(""), "is empty" },
        { SPAN("   \n"), "is empty" },
        { SPAN("<html>Bad Gateway</html>"), "no list of objects" },
        { SPAN("[1,2]"), "no list of objects" },
        { SPAN("[{\"a\":1}]"), "no export of crt.sh" },
        { SPAN("[{\"name_value\":\"a\",\"entry_timestamp\":\"yesterday\"}]"), "is no time" },
        { SPAN("[{\"name_value\":\"a\",\"entry_timestamp\":\"2016-01-02T03:04:05\"}{}]"), "comma" },
        { SPAN("[{\"name_value\":\"a\",\"entry_timestamp\":\"2016-01-02T03:04:05\"}] x"), "goes on" },
        { SPAN("[{\"name_value\":\"a\\ud800\",\"entry_timestamp\":null}]"), "entry 1" },
        { SPAN("[{\"name_value\":\"\xff\",\"entry_timestamp\":null}]"), "entry 1" },
        { SPAN("[{\"name_value\":"), "ends in the middle" },
        { SPAN("[{{{{{{"), "ends in the middle" },
        { SPAN("[,"), "no list of objects" },
        { SPAN("{\"name_value\":\"\\"), "ends in the middle" },
    };
    struct fixture *x = *state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
        if (read_text(x, ROWS[i].text))
            fail_msg("row %zu was read", i);
        if (!strstr(x->error.text, ROWS[i].why) || !strstr(x->error.text, "ct.json"))
            fail_msg("row %zu: %s", i, x->error.text);
        assert_null(strchr(x->error.text, '\n'));
    }
}

static void test_cut_anywhere(void **state)
{
    struct fixture *x = *state;
    for (size_t n = 0; n < TWO.len - 2; n++) {
        uint8_t *exact = malloc(n ? n : 1);
        memcpy(exact, TWO.at, n);
        assert_false(read_text(x, span_of(exact, n)));
        free(exact);
    }
}

static void test_flipped(void **state)
{
    struct fixture *x = *state;
    uint8_t *copy = malloc(TWO.len);
    for (size_t n = 0; n < TWO.len; n++)
        for (int bit = 0; bit < 8; bit += 3) {
            memcpy(copy, TWO.at, TWO.len);
            copy[n] ^= (uint8_t)(1 << bit);
            (void)read_text(x, span_of(copy, TWO.len));
            assert_true(x->log.entries <= 3);
        }
    free(copy);
}

/* Ten thousand entries take little memory; a huge one is refused without reading on. */
static void test_large(void **state)
{
    struct fixture *x = *state;
    static const char ONE[] = ENTRY("c3", "CN=Sure CA", "a.shop.cn", "2016-01-02T03:04:05") "\n";
    size_t one = sizeof(ONE) - 1, count = 10000;
    uint8_t *many = malloc(one * count);
    for (size_t i = 0; i < count; i++)
        memcpy(many + i * one, ONE, one);
    assert_true(read_text(x, span_of(many, one * count)));
    assert_int_equal(x->log.entries, count);
    assert_true(x->arena.held < 1 << 20);
    memset(many, 'a', one * count);
    memcpy(many, "[{\"name_value\":\"", 16);
    assert_false(read_text(x, span_of(many, one * count)));
    assert_non_null(strstr(x->error.text, "ends in the middle"));
    free(many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_match),
        cmocka_unit_test(test_other_issuer),
        cmocka_unit_test(test_sha256_and_lines),
        cmocka_unit_test(test_unknown_time),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_flipped),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
