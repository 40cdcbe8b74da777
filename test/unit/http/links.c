/* Base paths that pages name. */
#include "unit/check.h"

#include "http/links.c"

#include <stdlib.h>

static void expect(const char *page, const char *first, const char *second)
{
    struct span got[LINK_BASES_MAX];
    size_t n = page_bases(span_str(page), SPAN("example.org:8080"), got);
    size_t want = (first != NULL) + (size_t)(second != NULL);
    if (n != want || (first && !span_is(got[0], first)) || (second && !span_is(got[1], second)))
        fail_msg("%s: %zu bases, the first \"%.*s\"", page, n, n ? (int)got[0].len : 0, n ? (const char *)got[0].at : "");
}

static void test_pages(void **state)
{
    (void)state;
    expect("", NULL, NULL);
    expect("<html><title>x</title><p>/kibana", NULL, NULL);
    /* Grafana */
    expect("<head><base href=\"/grafana/\" /><script src=\"public/build/runtime.js\"></script>", "/grafana/", NULL);
    expect("<head><base href=\"/\" /><link rel=x href=\"public/x.css\">", NULL, NULL);
    expect("<script>window.grafanaBootData={\"settings\":{\"appSubUrl\":\"/a/b/grafana\",\"x\":1}}", "/a/b/grafana", NULL);
    expect("\"appSubUrl\":\"\",\"appUrl\":\"http://localhost:3000/\"", NULL, NULL);
    /* Kibana 4 and 5, 6, 7 */
    expect("<script>var hashRoute = '/logs/kibana/app/kibana';\nvar defaultRoute = '/x'", "/logs/kibana/app/kibana", NULL);
    expect("<kbn-injected-metadata data=\"{&quot;basePath&quot;:&quot;/kibana&quot;,&quot;v&quot;:1}\">", "/kibana", NULL);
    expect("<kbn-injected-metadata data=\"{&quot;basePath&quot;:&quot;&quot;,&quot;csp&quot;:{&quot;a&quot;:&quot;/b&quot;\">", NULL, NULL);
    expect("<script src=\"/kibana/39457/bundles/core/core.entry.js\"></script>"
           "<link rel=\"stylesheet\" href='/kibana/node_modules/x.css'/>", "/kibana", NULL);
    expect("<script src=/ui/favicons/x.js></script><link href=/static/y.css>", NULL, NULL);
    /* Others */
    expect("<script defer src=\"/prom/classic/static/js/x.js\">", "/prom", NULL);
    expect("<script src=\"http://example.org/one/two/three/static/x.js\">", "/one/two/three", NULL);
    expect("<script src=\"https://cdn.example.net/one/two/x.js\">", NULL, NULL);
    expect("<SCRIPT SRC=\"/A/x.js\"></SCRIPT>", NULL, NULL);
    expect("<script type=\"module\" src=\"/a/x.js\"></script><link rel=icon href=\"/b/x.ico\">", NULL, NULL);
    expect("<script src=\"/a/b/x.js\"></script><script src=\"/a/bc/x.js\"></script>", "/a", NULL);
    expect("<script src=\"/a/x.js\"></script><script src=\"/a/static/x.js\"></script>", "/a", NULL);
    expect("<base href=\"/one/\"><script src=\"/two/x.js\">", "/one/", "/two");
}

/* Whatever stands in it: no byte behind the page is read, and none twice. */
static void test_hostile_pages(void **state)
{
    static const char *const units[] = { "<", "<script", "<script src=", "<script src=\"", "<base href='/", "basePath", "<link href=\"/a/b/c" };
    (void)state;
    for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
        size_t n = strlen(units[u]), size = LINKS_SEARCH_MAX + 10;
        struct span got[LINK_BASES_MAX];
        for (size_t cut = 0; cut < n; cut++) {
            char *page = malloc(size - cut);
            for (size_t i = 0; i < size - cut; i++)
                page[i] = units[u][i % n];
            (void)page_bases(span_of(page, size - cut), SPAN("h"), got);
            for (size_t len = 0; len < 40; len++)
                (void)page_bases(span_of(page + size - cut - len, len), SPAN("h"), got);
            free(page);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_hostile_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
