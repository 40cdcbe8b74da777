/* Every file of test/data/import, cut off anywhere and with bytes turned around: what comes out of the whole one is written
 * beside it, and of no other one comes a target that was not there. */
#include "import/import.c"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/file.h"

enum { ARENA_MAX = 256 << 20, CUTS = 40 };
static const char FOLDER[] = "test/data/import";

static struct sightings SAW; /* by the file that was read last */

static bool import_file(struct arena *a, struct span text, struct targets *list, struct imported *told)
{
    struct error e;
    *list = (struct targets){ 0 };
    SAW = (struct sightings){ 0 };
    return import_targets(a, text, "f", list, &SAW, told, &e);
}

static void check_file(const char *name)
{
    struct arena a;
    struct error e;
    struct span text, wanted;
    struct targets list;
    struct imported told;
    struct buf got;
    arena_init(&a, ARENA_MAX);
    buf_init(&got, 1 << 20);
    char *path = arena_printf(&a, "%s/%s", FOLDER, name);
    assert_true(file_read(&a, path, 1 << 20, &text, &e));
    assert_true(import_file(&a, text, &list, &told));
    buf_printf(&got, "%s; passed over: %zu\n", told.format, told.passed_over);
    for (size_t i = 0; i < list.list.len; i++)
        buf_printf(&got, "%s\n", list.list.at[i].text);
    for (size_t i = 0; i < SAW.list.len; i++) {
        struct endpoint at = { .address = SAW.list.at[i].address };
        char where[ENDPOINT_TEXT_MAX], when[TIME_TEXT_MAX];
        endpoint_set_port(&at, SAW.list.at[i].port);
        buf_printf(&got, "%s saw %s at %s\n", SAW.list.at[i].who, endpoint_text(&at, where),
                   time_text(SAW.list.at[i].at_ms, when));
    }
    if (!file_read(&a, arena_printf(&a, "%s.targets", path), 1 << 20, &wanted, &e))
        fail_msg("%s; it would be\n%.*s", e.text, SPAN_FMT(buf_span(&got)));
    if (!span_eq(buf_span(&got), wanted))
        fail_msg("%s: came\n%.*s", name, SPAN_FMT(buf_span(&got)));
    assert_false(told.cut);
    assert_int_equal(told.targets, list.list.len);
    for (size_t i = 0; i < CUTS; i++) { /* whatever a cut file gives, it ends, and within its ceilings */
        import_file(&a, span_first(text, text.len * i / CUTS), &list, &told);
        assert_true(told.targets <= wanted.len);
    }
    buf_release(&got);
    arena_release(&a);
}

static void test_files(void **state)
{
    DIR *folder = opendir(FOLDER);
    size_t files = 0;
    (void)state;
    assert_non_null(folder);
    for (struct dirent *f; (f = readdir(folder));) {
        struct span name = span_str(f->d_name);
        if (name.at[0] == '.' || span_is(name, "README.md") || span_ends(name, SPAN(".targets")))
            continue;
        check_file(f->d_name);
        files++;
    }
    closedir(folder);
    assert_true(files >= 24);
}

/* What a file says is what somebody typed: nothing of it reads another file or stands for an option. */
static void test_hostile(void **state)
{
    static const struct {
        const char *text;
        size_t targets;
    } CASES[] = {
        { "{\"ip_str\":\"@/etc/passwd\",\"port\":80}", 0 },
        { "{\"ip_str\":\"10.0.0.1:22,80\",\"port\":80}", 0 },
        { "{\"ip_str\":\"10.0.0.1\",\"port\":70000}", 0 },
        { "{\"ip_str\":\"10.0.0.1\",\"port\":-1}", 0 },
        { "{\"ip_str\":\"10.0.0.1 10.0.0.2\",\"port\":1}", 0 },
        { "{\"ip_str\":\"10.0.0.1\\n10.0.0.2\",\"port\":1}", 0 },
        { "{\"ip_str\":\"10.0.0.1\",\"port\":1}{\"x\":", 1 },
        { "ip,port\n10.0.0.1,\"6379\n", 1 },
        { "ip\n10.0.0.1\n@list\n", 1 },
        { "<nmaprun><host><address addr=\"10.0.0.1\"/><port protocol=\"tcp\" portid=\"1\"><state state=\"open\"", 0 },
        { "<nmaprun><host><address addr=\"10.0.0.1><port protocol=tcp portid=1>", 0 },
        { "open tcp 80\nopen tcp 80 \nopen tcp 99999 10.0.0.1\nopen tcp 81 10.0.0.1 1\n", 1 },
        { "open tcp 80 10.0.0.1 1\nopen tcp 81 @x 1\n", 1 },
        { "[a]\nweb[1:99999999].x\nweb[5:1].x\nweb[:].x\nweb[1:2\n", 0 },
        { "[a]\nweb[08:10].corp.example\n", 3 },
        { "$ORIGIN a.b.\n(\n@ A 10.0.0.1\n", 0 },
        { "Host: 10.0.0.1 ()\tPorts: ////,80/open/tcp,/open/tcp\n", 1 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        struct arena a;
        struct targets list;
        struct imported told;
        arena_init(&a, ARENA_MAX);
        import_file(&a, span_str(CASES[i].text), &list, &told);
        if (list.list.len != CASES[i].targets)
            fail_msg("%s: %zu targets", CASES[i].text, list.list.len);
        arena_release(&a);
    }
}

static void test_unknown(void **state)
{
    static const char *const TEXTS[] = { "{\"a\": 1}", "[1, 2]", "<html></html>", "[[[", "{", "\x80\x81" };
    (void)state;
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(*TEXTS); i++) {
        struct arena a;
        struct targets list;
        struct imported told;
        arena_init(&a, ARENA_MAX);
        if (import_file(&a, span_str(TEXTS[i]), &list, &told))
            fail_msg("%s was taken for %s", TEXTS[i], told.format);
        arena_release(&a);
    }
}

/* Large files take time in proportion, and no more room than stated. */
static void test_large(void **state)
{
    struct arena a;
    struct buf text;
    struct targets list;
    struct imported told;
    (void)state;
    arena_init(&a, 1 << 30);
    buf_init(&text, IMPORT_BYTES_MAX);
    for (unsigned i = 0; i < 200000; i++)
        buf_printf(&text, "Host: 10.%u.%u.%u ()\tStatus: Up\n", i >> 16, i >> 8 & 255, i & 255);
    assert_true(import_file(&a, buf_span(&text), &list, &told));
    assert_int_equal(list.list.len, 200000);
    buf_reset(&text);
    for (size_t i = 0; i < 1 << 20; i++)
        buf_str(&text, "<a b='c");
    import_file(&a, buf_span(&text), &list, &told);
    buf_release(&text);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
