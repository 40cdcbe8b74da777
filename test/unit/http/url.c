/* Percent-encoding, and where a server says that it lives. */
#include "unit/check.h"

#include "http/url.c"

static const struct span HOST = SPAN("kibana.corp:5601");

static void test_encode(void **state)
{
    struct arena a;
    (void)state;
    arena_init(&a, 1 << 16);
    assert_true(span_is(url_encode(&a, SPAN("logs/2020 \xc3\xa9~_-.")), "logs%2F2020%20%C3%A9~_-."));
    assert_int_equal(url_encode(&a, SPAN_NONE).len, 0);
    arena_release(&a);
}

static void expect_path(const char *url, const char *want)
{
    struct span got = url_local_path(span_str(url), HOST);
    if (!span_is(got, want))
        fail_msg("\"%s\" leads to \"%.*s\", not \"%s\"", url, SPAN_FMT(got), want);
}

static void test_local_path(void **state)
{
    (void)state;
    expect_path("/app/kibana", "/app/kibana");
    expect_path("/login?next=%2Fa#x", "/login");
    expect_path("/a#x?y", "/a");
    expect_path("http://kibana.corp:5601/a/", "/a/");
    expect_path("HTTP://KIBANA.corp:5601/a", "/a");
    expect_path("https://kibana.corp/a", "/a");
    expect_path("http://kibana.corp:80/a", "/a");
    expect_path("http://kibana.corp:5601", "");
    expect_path("http://kibana.corp:5601?/a", "");
    expect_path("//other.corp/a", "");
    expect_path("http://other.corp/a", "");
    expect_path("http://kibana.corp.evil/a", "");
    expect_path("http://evil@kibana.corp/a", "");
    expect_path("app/kibana", "");
    expect_path("", "");
    expect_path("ftp://kibana.corp/a", "");
    assert_true(span_is(url_local_path(SPAN("http://[::1]:9/a"), SPAN("[::1]:5601")), "/a"));
    assert_true(span_is(url_local_path(SPAN("http://[::1]/a"), SPAN("[::1]:5601")), "/a"));
    assert_int_equal(url_local_path(SPAN("http://[::2]/a"), SPAN("[::1]:5601")).len, 0);
}

static void test_into_tls(void **state)
{
    (void)state;
    assert_true(url_into_tls(SPAN("https://kibana.corp:5601/"), HOST, 5601));
    assert_true(url_into_tls(SPAN("https://Kibana.Corp:5601"), HOST, 5601));
    assert_true(url_into_tls(SPAN("https://kibana.corp/x"), SPAN("kibana.corp:443"), 443));
    assert_false(url_into_tls(SPAN("https://kibana.corp/"), HOST, 5601));
    assert_false(url_into_tls(SPAN("http://kibana.corp:5601/"), HOST, 5601));
    assert_false(url_into_tls(SPAN("https://other.corp:5601/"), HOST, 5601));
    assert_false(url_into_tls(SPAN("/"), HOST, 5601));
}

static void expect_base(const char *path, const char *start, const char *want)
{
    struct span got = SPAN("unset");
    bool is = url_base(span_str(path), span_str(start), &got);
    if (is != (want != NULL) || (want && !span_is(got, want)))
        fail_msg("\"%s\" below \"%s\" is \"%.*s\"", path, start, SPAN_FMT(got));
}

static void test_base(void **state)
{
    (void)state;
    expect_base("/kibana/", "", "/kibana");
    expect_base("/kibana", "", "/kibana");
    expect_base("/", "", "");
    expect_base("", "", "");
    expect_base("/a/b/c/d", "", "/a/b/c/d");
    expect_base("/a/b/c/d/e", "", NULL);
    expect_base("/_plugin/kibana/", "", "/_plugin/kibana");
    expect_base("/_dashboards", "", "/_dashboards");
    expect_base("/customers/_search", "", NULL);
    expect_base("/a//b", "", NULL);
    expect_base("/a/../b", "", NULL);
    expect_base("/a/./b", "", NULL);
    expect_base("/a%2f_search", "", NULL);
    expect_base("/a b", "", NULL);
    expect_base("/a\r\nb", "", NULL);
    expect_base("/tools/kibana", "/tools", "/tools/kibana");
    expect_base("/tools", "/tools", "/tools");
    expect_base("/toolshed", "/tools", NULL);
    expect_base("/kibana", "/tools", NULL);
    expect_base("/1/2/3/4/a/b/c/d", "/1/2/3/4", "/1/2/3/4/a/b/c/d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode),
        cmocka_unit_test(test_local_path),
        cmocka_unit_test(test_into_tls),
        cmocka_unit_test(test_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
