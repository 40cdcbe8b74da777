/* Names of receivers and defaults; the mistakes are in test/watch/run.py. */
#include "unit/check.h"

#include "watch/config.c"

static struct watch_config *parse(struct arena *a, const char *text, struct error *e)
{
    arena_init(a, 16 << 20);
    return watch_config_parse(a, "/etc/ajar/watch.yaml", span_str(text), e);
}

#define HEAD "targets: [127.0.0.1]\nschedule: {every: 6h}\n"

static void test_paths_are_seen_from_the_file(void **state)
{
    struct arena a;
    struct error e;
    (void)state;
    struct watch_config *c = parse(&a, HEAD "scope: scope.yaml\ndb: /var/lib/x.db\nports: [6379, 9200-9300]\n", &e);
    assert_non_null(c);
    assert_string_equal(c->scan.scope, "/etc/ajar/scope.yaml");
    assert_string_equal(c->db, "/var/lib/x.db");
    assert_string_equal(c->scan.ports, "6379,9200-9300");
    assert_int_equal(c->schedule.every_ms, 6 * 3600000);
    arena_release(&a);
}

static void test_receivers(void **state)
{
    struct arena a;
    struct error e;
    (void)state;
    struct watch_config *c = parse(&a, HEAD "notices:\n"
                                            "  - webhook: {url: \"https://[::1]:8443/a?b\", secret_file: s}\n"
                                            "    digest: 12h\n"
                                            "  - syslog: {udp: \"h:514\", facility: local7}\n"
                                            "    quiet_hours: {from: \"22:00\", to: \"7:05\", except: critical}\n"
                                            "  - syslog: {tcp: \"h:514\"}\n",
                                   &e);
    assert_non_null(c);
    const struct receiver *r = c->receivers.at;
    assert_string_equal(r[0].webhook.url.host, "::1");
    assert_int_equal(r[0].webhook.url.port, 8443);
    assert_string_equal(r[0].webhook.url.path, "/a?b");
    assert_true(r[0].webhook.url.tls && r[0].digest);
    assert_int_equal(r[0].digest_ms, 12 * 3600000);
    assert_int_equal(r[1].syslog.facility, 23);
    assert_int_equal(r[1].quiet.to, 7 * 60 + 5);
    assert_true(r[1].quiet.has_except && r[1].quiet.except == SEVERITY_CRITICAL);
    assert_string_not_equal(r[1].name, r[2].name);
    arena_release(&a);
}

static void test_an_error_names_file_line_and_key(void **state)
{
    struct arena a;
    struct error e;
    (void)state;
    assert_null(parse(&a, HEAD "notices:\n  - email:\n      smtp: h:25\n      from: \"a@b>\"\n      to: c@d\n", &e));
    assert_non_null(strstr(e.text, "/etc/ajar/watch.yaml:6: notices.email.from: "));
    arena_release(&a);
    assert_null(parse(&a, HEAD "noti\x7f" "ces: []\n", &e));
    assert_null(strchr(e.text, '\x7f'));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths_are_seen_from_the_file),
        cmocka_unit_test(test_receivers),
        cmocka_unit_test(test_an_error_names_file_line_and_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
