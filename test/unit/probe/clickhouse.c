/* ClickHouse: its grants, its words, and what a refusal of 2018 to 2026 says. */
#include "unit/check.h"

#include "probe/clickhouse.c"

/* What a grant gives to a user who is shown shop.sale, and `more` tables that are not listed. */
static struct ch_rights granted_beside(const char *line, int64_t more)
{
    struct collection shown = { .name = SPAN("shop.sale") };
    struct observation o = { .collection_count = 1 + more };
    struct ch_rights r = { 0 };
    o.collections.at = &shown;
    o.collections.len = 1;
    ch_read_grant(span_str(line), &o, &r);
    return r;
}

static struct ch_rights granted(const char *line)
{
    return granted_beside(line, 0);
}

static void test_grants(void **state)
{
    (void)state;
    struct ch_rights r = granted("GRANT SHOW, SELECT, INSERT ON *.* TO default WITH GRANT OPTION");
    assert_true(r.reads && r.writes && r.everywhere && !r.by_role);
    r = granted("GRANT ALL ON *.* TO default");
    assert_true(r.reads && r.writes && r.everywhere);
    r = granted("GRANT SELECT(day, amount) ON shop.sale TO default");
    assert_true(r.reads && !r.writes && !r.everywhere);
    r = granted("GRANT SHOW COLUMNS(a, SELECT, b) ON shop.sale TO default");
    assert_false(r.reads || r.writes);
    r = granted("GRANT INSERT, ALTER DELETE ON shop.* TO default");
    assert_true(r.writes && !r.reads);
    r = granted("GRANT SELECT ON system.* TO default");
    assert_false(r.reads || r.writes || r.by_role);
    r = granted("GRANT SELECT ON INFORMATION_SCHEMA.* TO default");
    assert_false(r.reads);
    r = granted("GRANT reader TO default");
    assert_true(r.by_role && !r.reads && !r.writes);
    r = granted("REVOKE SELECT ON shop.secret FROM default");
    assert_false(r.reads || r.by_role);
}

/* A grant to read proves a right to what is shown only where it covers that. */
static void test_grants_elsewhere(void **state)
{
    (void)state;
    assert_true(granted("GRANT SELECT ON shop.* TO default").reads);
    assert_true(granted("GRANT SELECT ON shop.sa* TO default").reads);
    assert_true(granted("GRANT SELECT ON `shop`.`sale` TO default").reads);
    assert_false(granted("GRANT SELECT ON shop.sales TO default").reads);
    assert_false(granted("GRANT SELECT ON systen.* TO default").reads);
    assert_true(granted_beside("GRANT SELECT ON systen.* TO default", 1).reads);
}

static void test_roles(void **state)
{
    (void)state;
    assert_true(granted("GRANT reader, night_shift2 TO default").by_role);
    assert_true(granted("GRANT `night shift` TO default WITH ADMIN OPTION").by_role);
    assert_false(granted("GRANT SHOW TABLES, INSERT!ON shop.* TO default").by_role);
    assert_false(granted("GRANT SELECT ON system.* OT default").by_role);
    assert_false(granted("GRANT TO default").by_role);
}

/* Lines of a hostile server. */
static void test_grants_that_are_none(void **state)
{
    (void)state;
    static const char *const LINES[] = { "", "GRANT ", "GRANT SELECT", "GRANT SELECT ON ", "GRANT  TO  ON ", "GRANT SELECT ON x",
                                         "GRANT TO ON", "GRANT ((((((( ON a.b TO c", "GRANT ))),, ON a.b TO c", "SELECT ON *.* TO x" };
    for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
        struct ch_rights r = granted(LINES[i]);
        assert_false(r.reads || r.writes || r.everywhere);
    }
}

static void test_types(void **state)
{
    (void)state;
    assert_int_equal(ch_width(SPAN("UInt64")), 8);
    assert_int_equal(ch_width(SPAN("UInt8")), 1);
    assert_int_equal(ch_width(SPAN("Float64")), 0);
    assert_int_equal(ch_width(SPAN_NONE), 0);
}

static void test_recognises(void **state)
{
    (void)state;
    assert_true(clickhouse_recognises(SPAN("HTTP/1.0 400 Bad Request\r\n\r\nPort 9000 is for clickhouse-client program.\r\n"
                                           "You must use port 8123 for HTTP.\r\n")));
    assert_true(clickhouse_recognises(SPAN("HTTP/1.0 400 Bad Request\r\n\r\nPort 9000 is for clickhouse-client program\r\n")));
    assert_false(clickhouse_recognises(SPAN("HTTP/1.0 400 Bad Request\r\n\r\n")));
    assert_false(clickhouse_recognises(SPAN("is for clickhouse-client program")));
    assert_false(clickhouse_recognises(SPAN_NONE));
}

static void test_versions_of_errors(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 16);
    struct observation o = { .arena = &a };
    struct ch c = { .hello = &CH_HELLO, .error = { 516, SPAN("x (version 23.8.2.7 (official build))") } };
    ch_version_of_error(&c, &o);
    assert_true(span_is(fact_get_text(&o, "version"), "23.8.2.7"));
    struct observation none = { .arena = &a };
    c.error.text = SPAN("x (version official)");
    ch_version_of_error(&c, &none);
    assert_null(fact_get(&none, "version"));
    arena_release(&a);
}

/* The length of each statement, in two bytes, is right. */
static void test_queries(void **state)
{
    (void)state;
    static const struct ask *const QUERIES[] = { &CH_VERSION, &CH_TOTALS, &CH_TABLES, &CH_GRANTS, &CH_DATABASES, &CH_READONLY };
    for (size_t i = 0; i < sizeof(QUERIES) / sizeof(QUERIES[0]); i++) {
        struct span len = QUERIES[i]->parts[1].bytes;
        assert_int_equal(len.len, 2);
        assert_int_equal((len.at[0] & 0x7f) | len.at[1] << 7, QUERIES[i]->parts[2].bytes.len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grants), cmocka_unit_test(test_grants_elsewhere),
        cmocka_unit_test(test_roles), cmocka_unit_test(test_grants_that_are_none),
        cmocka_unit_test(test_types), cmocka_unit_test(test_recognises),
        cmocka_unit_test(test_versions_of_errors), cmocka_unit_test(test_queries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
