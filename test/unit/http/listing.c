/* Lists of files, as servers make them: counted, added up and sorted by kind. */
#include "unit/check.h"

#include "http/listing.c"

#include <stdio.h>
#include <stdlib.h>

static struct listing listed(const char *page)
{
    struct listing l = { 0 };
    read_list(span_str(page), &l);
    return l;
}

static void expect(const char *page, uint64_t files, uint64_t folders, uint64_t bytes)
{
    struct listing l = listed(page);
    if (l.files != files || l.folders != folders || l.bytes != bytes || l.sized != (bytes > 0))
        fail_msg("%s: %d files, %d folders, %d bytes", page, (int)l.files, (int)l.folders, (int)l.bytes);
}

static void test_servers(void **state)
{
    (void)state;
    /* nginx 1.22 */
    expect("<pre><a href=\"../\">../</a>\r\n<a href=\"pub/\">pub/</a>     30-Nov-2026 11:33       -\r\n"
           "<a href=\"db.sql\">db.sql</a>     30-Nov-2026 11:33                  96\r\n"
           "<a href=\"2026.zip\">2026.zip</a>    30-Nov-2026 11:33             1234567\r\n</pre>", 2, 1, 1234663);
    /* Apache 2.4, plain and as a table */
    expect("<a href=\"?C=N;O=D\">Name</a> <a href=\"/\">Parent Directory</a>   -\n"
           "<img src=\"/icons/x.gif\"> <a href=\"a.sql\">a.sql</a>   2026-11-30 11:33  1.5K  \n", 1, 0, 1536);
    expect("<tr><td><a href=\"a.gz\">a.gz</a></td><td align=\"right\">2026-11-30 11:33  </td><td align=\"right\">3.0M</td><td>&nbsp;</td></tr>"
           "<tr><td><a href=\"pub/\">pub/</a></td><td align=\"right\">2026-11-30 11:33  </td><td align=\"right\">  - </td></tr>",
           1, 1, 3 << 20);
    /* lighttpd 1.4: the type stands last */
    expect("<td class=\"n\"><a href=\"../\">..</a>/</td><td class=\"n\"><a href=\"x.txt\">x.txt</a></td>"
           "<td class=\"m\">2026-Nov-30 11:33:00</td><td class=\"s\">0.1K</td><td class=\"t\">text/plain</td>", 1, 0, 102);
    /* Python */
    expect("<ul>\n<li><a href=\".git/\">.git/</a></li>\n<li><a href=\"a%20b.txt\">a b.txt</a></li>\n</ul>", 1, 1, 0);
    /* A unit of its own */
    expect("<a href='x.iso'>x.iso</a> 3.5 GiB", 1, 0, (uint64_t)7 << 29);
    /* Links that are none of the list's */
    expect("<a href=\"https://example.org/\">x</a><a href=\"mailto:a@b\">x</a><a href=\"/x\">x</a><a href=\"a/b\">x</a>"
           "<a name=x>x</a><a href=\"#x\">x</a><a href=\"\">x</a><abbr href=\"x\">", 0, 0, 0);
}

static void test_kinds(void **state)
{
    (void)state;
    struct listing l = listed("<a href=\".git/\"></a><a href=\".ENV\"></a><a href=\"id_rsa\"></a><a href=\"x.SQL.gz\"></a>"
                              "<a href=\"site-backup-2026.zip\"></a><a href=\"people.csv\"></a><a href=\"error.log\"></a>"
                              "<a href=\"readme.txt\"></a><a href=\".sql\"></a><a href=\"linux.iso\"></a>");
    for (size_t i = 0; i < FILE_KINDS; i++)
        assert_int_equal(l.kinds[i], 1);
    assert_int_equal(l.files, 9);
}

/* Whatever stands in it: no byte behind the page is read, and the time is that of reading it a few times. */
static void test_hostile_pages(void **state)
{
    static const char *const units[] = { "<", "<a ", "<a href=", "<a href=\"", "<a href=\"x\">", "<a href='x", "</a>", "9", "9999 ", "1.5K",
                                         "<a href=\"x\">1 B</a>" };
    (void)state;
    for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
        size_t n = strlen(units[u]), size = 1 << 20;
        char *page = malloc(size);
        for (size_t i = 0; i < size; i++)
            page[i] = units[u][i % n];
        for (size_t cut = 0; cut < n; cut++) {
            struct listing l = { 0 };
            read_list(span_of(page + cut, size - cut), &l);
            assert_true(l.files + l.folders <= LISTING_LINKS_MAX);
        }
        free(page);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_servers),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_hostile_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
