/* The law about requests: what is refused, however it is written, and what passes. */
#include "unit/check.h"

#include "http/allow.c"

static bool path(const char *text)
{
    struct error e;
    return allow_path(span_str(text), &e);
}

static void test_methods(void **state)
{
    struct error e;
    (void)state;
    assert_true(allow_method(SPAN("GET"), &e) && allow_method(SPAN("HEAD"), &e));
    assert_true(allow_method(SPAN("POST"), &e) && allow_method(SPAN("PROPFIND"), &e));
    assert_false(allow_method(SPAN("PUT"), &e) || allow_method(SPAN("DELETE"), &e));
    assert_false(allow_method(SPAN("get"), &e) || allow_method(SPAN(""), &e));
}

static void test_metadata_passes(void **state)
{
    (void)state;
    assert_true(path("/"));
    assert_true(path("/_cat/indices?format=json&bytes=b&h=index,docs.count"));
    assert_true(path("/_stats/docs,store?level=indices"));
    assert_true(path("/query?q=SHOW+DATABASES"));
    assert_true(path("/query?q=SHOW%20SERIES%20CARDINALITY"));
    assert_true(path("/?query=SELECT+version()"));
    assert_true(path("/?query=SELECT+t+FROM+(SELECT+name+AS+t+FROM+system.tables)"));
    assert_true(path("/solr/admin/cores?action=STATUS&wt=json"));
    assert_true(path("/v1/kv/?keys&separator=/"));
    assert_true(path("/api/console/proxy?path=%2F_cat%2Findices&method=GET"));
}

static void test_records_are_refused(void **state)
{
    static const char *const refused[] = {
        "/a/_search",
        "/a/_search?size=1",
        "/a/%5fsearch",
        "/a/_SEARCH",
        "/_msearch",
        "/a/_doc/1",
        "/a/_source/1",
        "/_all_docs",
        "/db/_all_docs?limit=1",
        "/db/_design/x/_view/y",
        "/db/_changes",
        "/db/_find",
        "/_sql",
        "/api/ds/query",
        "/api/v1/query?query=up",
        "/api/v1/query_range",
        "/v1/kv/a",
        "/v2/keys/",
        "/solr/x/select?q=a",
        "/query?q=SELECT+*+FROM+cpu",
        "/query?q=SELECT+mean(x)+FROM+cpu",
        "/query?q=SHOW+TAG+VALUES",
        "/query?q=SHOW+SERIES",
        "/query?q=DROP+DATABASE+x",
        "/?query=SELECT+*+FROM+system.tables",
        "/?query=SELECT+name+FROM+shop.customer",
        "/?query=SELECT+a+FROM+system.tables,+x+JOIN+shop.sale+USING+a",
        "/?query=SELECT+1;+DROP+TABLE+x",
        "/?query=SELECT+a+FROM+url('http://x')",
        "/?query=select%20%2A%20from%20x",
        "/?query=INSERT+INTO+x+VALUES",
        "/solr/admin/cores?action=UNLOAD&core=x",
        "/webhdfs/v1/f?op=OPEN",
        "/api/console/proxy?path=_search&method=GET",
        "/api/console/proxy?path=%2Fa%2F_search&method=GET",
        "/api/console/proxy?path=%252Fa%252F_search&method=GET",
        "/api/console/proxy?path=%2F&method=DELETE",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (path(refused[i]))
            fail_msg("allowed: %s", refused[i]);
}

static void test_credentials_are_refused(void **state)
{
    static const char *const refused[] = {
        "/query?u=admin&p=x&q=SHOW+DATABASES",
        "/?user=default&password=x",
        "/x?api_key=1",
        "/x?access_token=1",
        "/x?ToKeN=1",
        "/x?pass%77ord=1",
        "/x?key=1",
        "http://u:p@host/",
        "//u@host/",
        "/a@b",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (path(refused[i]))
            fail_msg("allowed: %s", refused[i]);
}

static void test_odd_paths_are_refused(void **state)
{
    char text[ALLOW_PATH_MAX + 3];
    (void)state;
    assert_false(path("") || path("x") || path("/a b") || path("/a\r\nX: y") || path("/a#b") ||
                 path("/../etc"));
    assert_false(path("/%2e%2e/etc") || path("/a\x7f"));
    memset(text, 'a', sizeof(text));
    text[0] = '/';
    text[sizeof(text) - 1] = '\0';
    assert_false(path(text));
}

static void test_headers(void **state)
{
    struct error e;
    (void)state;
    assert_true(allow_header(SPAN("kbn-xsrf"), SPAN("true"), &e));
    assert_true(allow_header(SPAN("X-Elastic-Internal-Origin"), SPAN("Kibana"), &e));
    static const char *const refused[] = { "Authorization",
                                           "authorization",
                                           "Cookie",
                                           "X-Api-Key",
                                           "Proxy-Authorization",
                                           "X-ClickHouse-User",
                                           "X-ClickHouse-Key",
                                           "X-Vault-Token",
                                           "X-Consul-Token",
                                           "X-Auth-Token",
                                           "X-HTTP-Method-Override",
                                           "X-Forwarded-User",
                                           "Host",
                                           "" };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (allow_header(span_str(refused[i]), SPAN("x"), &e))
            fail_msg("allowed: %s", refused[i]);
    assert_false(allow_header(SPAN("accept"), SPAN("a\r\nCookie: x"), &e));
    assert_false(allow_header(SPAN("accept"), SPAN(""), &e));
}

static void test_bodies(void **state)
{
    struct error e;
    (void)state;
    assert_true(allow_body(SPAN("/v3/maintenance/status"), SPAN("{}"), &e));
    assert_true(allow_body(SPAN("/v3/kv/range"),
                           SPAN("{\"key\":\"AA==\",\"range_end\":\"AA==\",\"count_only\":true}"),
                           &e));
    assert_false(
        allow_body(SPAN("/v3/kv/range"), SPAN("{\"key\":\"AA==\",\"range_end\":\"AA==\"}"), &e));
    assert_false(
        allow_body(SPAN("/v3/kv/range"), SPAN("{\"key\":\"AA==\",\"count_only\":false}"), &e));
    assert_false(
        allow_body(SPAN("/login"), SPAN("{\"username\":\"admin\",\"password\":\"\"}"), &e));
    assert_false(allow_body(SPAN("/"), SPAN("SELECT * FROM x"), &e));
    assert_true(allow_body(SPAN("/"), SPAN("SHOW TABLES"), &e));
    assert_false(allow_body(SPAN("/"), SPAN("a\x01"), &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_metadata_passes),
        cmocka_unit_test(test_records_are_refused),
        cmocka_unit_test(test_credentials_are_refused),
        cmocka_unit_test(test_odd_paths_are_refused),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_bodies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
