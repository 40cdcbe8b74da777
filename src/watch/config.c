/* The keys of watch.yaml, as tables; doc/watch.md describes them. */
#include "watch/config.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/random.h"
#include "watch/mapper.h"

enum { CONFIG_BYTES_MAX = 1 << 20, MINUTE_MS = 60000, EVERY_MIN_MS = MINUTE_MS };
static const int64_t DAY_MS = 86400000, GIVE_UP_DAYS = 7, TIMEOUT_MS = 15000, RETRY_MS = 5000;

/* ---- scan, schedule ---- */

static bool take_schedule(struct mapper *m, const struct node *n, void *to)
{
    static const struct field FIELDS[] = {
        { "every", take_duration, offsetof(struct schedule, every_ms) },
        { "at", take_minutes, offsetof(struct schedule, at) },
        { "zone", take_zone, offsetof(struct schedule, is_local) },
        { "jitter", take_duration, offsetof(struct schedule, jitter_ms) },
        { NULL, NULL, 0 },
    };
    struct schedule *s = to;
    if (!map_fields(m, n, FIELDS, s))
        return false;
    if ((s->every_ms != 0) == (s->at.len != 0))
        return map_wrong(m, n, "write either every: 6h or at: [\"03:00\"]");
    if (s->every_ms && s->every_ms < EVERY_MIN_MS)
        return map_wrong(m, n, "every: at least a minute");
    return true;
}

/* ---- receivers ---- */

static bool is_loopback_host(const char *host)
{
    struct address a, six;
    if (strcmp(host, "localhost") == 0)
        return true;
    if (!address_parse(span_str(host), &a) || !address_parse(SPAN("::1"), &six))
        return false;
    return a.family == 4 ? a.bytes[0] == 127 : memcmp(a.bytes, six.bytes, sizeof(six.bytes)) == 0;
}

static bool take_webhook(struct mapper *m, const struct node *n, void *to)
{
    static const struct field FIELDS[] = {
        { "url", take_url, offsetof(struct receiver, webhook.url) },
        { "secret_file", take_path, offsetof(struct receiver, webhook.secret_file) },
        { "headers", take_pairs, offsetof(struct receiver, webhook.headers) },
        { "allow_plain", take_bool, offsetof(struct receiver, webhook.allow_plain) },
        { "ca_file", take_path, offsetof(struct receiver, ca_file) },
        { "timeout", take_duration, offsetof(struct receiver, timeout_ms) },
        { NULL, NULL, 0 },
    };
    struct receiver *r = to;
    r->kind = RECEIVER_WEBHOOK;
    if (!map_fields(m, n, FIELDS, r))
        return false;
    if (!r->webhook.url.text || !r->webhook.secret_file)
        return map_wrong(m, n, "needs the keys url and secret_file");
    if (!r->webhook.url.tls && !r->webhook.allow_plain && !is_loopback_host(r->webhook.url.host))
        return map_wrong(m, n, "http:// shows everybody on the way what is open; use https:// or allow_plain: true");
    return true;
}

static bool take_starttls(struct mapper *m, const struct node *n, void *to)
{
    static const char *const WORDS[] = { "offered", "required", "never", "at-once" };
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (span_is(n->text, WORDS[i])) {
            *(enum starttls *)to = (enum starttls)i;
            return true;
        }
    return map_wrong(m, n, "write offered, required, never or at-once");
}

static bool take_email(struct mapper *m, const struct node *n, void *to)
{
    static const struct field FIELDS[] = {
        { "smtp", take_host_port, offsetof(struct receiver, email.smtp) },
        { "sendmail", take_path, offsetof(struct receiver, email.sendmail) },
        { "from", take_address, offsetof(struct receiver, email.from) },
        { "to", take_addresses, offsetof(struct receiver, email.to) },
        { "starttls", take_starttls, offsetof(struct receiver, email.starttls) },
        { "user", take_text, offsetof(struct receiver, email.user) },
        { "password_file", take_path, offsetof(struct receiver, email.password_file) },
        { "ca_file", take_path, offsetof(struct receiver, ca_file) },
        { "timeout", take_duration, offsetof(struct receiver, timeout_ms) },
        { NULL, NULL, 0 },
    };
    struct receiver *r = to;
    r->kind = RECEIVER_EMAIL;
    if (!map_fields(m, n, FIELDS, r))
        return false;
    if (!r->email.from || r->email.to.len == 0)
        return map_wrong(m, n, "needs the keys from and to");
    if ((r->email.smtp.host != NULL) == (r->email.sendmail != NULL))
        return map_wrong(m, n, "write either smtp: HOST:PORT or sendmail: /usr/sbin/sendmail");
    if ((r->email.user != NULL) != (r->email.password_file != NULL))
        return map_wrong(m, n, "user and password_file belong together");
    if (r->email.user && r->email.starttls == STARTTLS_NEVER && !is_loopback_host(r->email.smtp.host))
        return map_wrong(m, n, "starttls: never would send the password in clear");
    return true;
}

static bool take_facility(struct mapper *m, const struct node *n, void *to)
{
    /* RFC 5424 6.2.1, in the order of the numbers. */
    static const char *const NAMES[] = { "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news",
                                         "uucp", "cron", "authpriv", "ftp", "ntp", "audit", "alert", "clock",
                                         "local0", "local1", "local2", "local3", "local4", "local5", "local6",
                                         "local7" };
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (span_is(n->text, NAMES[i])) {
            *(int *)to = (int)i;
            return true;
        }
    return map_wrong(m, n, "write a facility such as daemon or local0");
}

static bool take_syslog(struct mapper *m, const struct node *n, void *to)
{
    struct places {
        struct host_port udp, tcp;
        const char *unix_path;
        int facility;
        int64_t timeout_ms;
    } p = { .facility = 3 };
    static const struct field FIELDS[] = {
        { "udp", take_host_port, offsetof(struct places, udp) },
        { "tcp", take_host_port, offsetof(struct places, tcp) },
        { "unix", take_path, offsetof(struct places, unix_path) },
        { "facility", take_facility, offsetof(struct places, facility) },
        { "timeout", take_duration, offsetof(struct places, timeout_ms) },
        { NULL, NULL, 0 },
    };
    struct receiver *r = to;
    p.timeout_ms = r->timeout_ms;
    if (!map_fields(m, n, FIELDS, &p))
        return false;
    if ((p.udp.host != NULL) + (p.tcp.host != NULL) + (p.unix_path != NULL) != 1)
        return map_wrong(m, n, "write one of udp: HOST:PORT, tcp: HOST:PORT and unix: /dev/log");
    r->kind = RECEIVER_SYSLOG;
    r->timeout_ms = p.timeout_ms;
    r->syslog.by = p.udp.host ? SYSLOG_UDP : p.tcp.host ? SYSLOG_TCP : SYSLOG_UNIX;
    r->syslog.to = p.udp.host ? p.udp : p.tcp;
    r->syslog.path = p.unix_path;
    r->syslog.facility = p.facility;
    return true;
}

static bool take_command(struct mapper *m, const struct node *n, void *to)
{
    struct receiver *r = to;
    r->kind = RECEIVER_COMMAND;
    return take_list(m, n, &r->command) &&
           (r->command.at[0][0] == '/' || map_wrong(m, n, "the program needs its whole path: /usr/local/bin/tell"));
}

static bool take_chat(struct mapper *m, const struct node *n, struct receiver *r, enum chat_kind kind)
{
    static const struct field FIELDS[] = {
        { "url", take_url, offsetof(struct receiver, chat.url) },
        { "url_file", take_path, offsetof(struct receiver, chat.url_file) },
        { "secret_file", take_path, offsetof(struct receiver, chat.secret_file) },
        { "ca_file", take_path, offsetof(struct receiver, ca_file) },
        { "timeout", take_duration, offsetof(struct receiver, timeout_ms) },
        { NULL, NULL, 0 },
    };
    r->kind = RECEIVER_CHAT;
    r->chat.kind = kind;
    if (!map_fields(m, n, FIELDS, r))
        return false;
    if ((r->chat.url.text != NULL) == (r->chat.url_file != NULL))
        return map_wrong(m, n, "write either url: https://... or url_file: a file that holds it");
    if (r->chat.url.text && !r->chat.url.tls && !is_loopback_host(r->chat.url.host))
        return map_wrong(m, n, "http:// shows everybody on the way what is open, and the address of the room");
    if (r->chat.secret_file && kind != CHAT_FEISHU && kind != CHAT_DINGTALK)
        return map_wrong(m, n, "secret_file: only rooms of Feishu and DingTalk have one");
    return true;
}

static bool take_slack(struct mapper *m, const struct node *n, void *to)
{
    return take_chat(m, n, to, CHAT_SLACK);
}

static bool take_teams(struct mapper *m, const struct node *n, void *to)
{
    return take_chat(m, n, to, CHAT_TEAMS);
}

static bool take_feishu(struct mapper *m, const struct node *n, void *to)
{
    return take_chat(m, n, to, CHAT_FEISHU);
}

static bool take_dingtalk(struct mapper *m, const struct node *n, void *to)
{
    return take_chat(m, n, to, CHAT_DINGTALK);
}

static bool take_wecom(struct mapper *m, const struct node *n, void *to)
{
    return take_chat(m, n, to, CHAT_WECOM);
}

static bool take_except(struct mapper *m, const struct node *n, void *to)
{
    struct quiet_hours *q = to;
    q->has_except = true;
    return take_severity(m, n, &q->except);
}

static bool take_quiet(struct mapper *m, const struct node *n, void *to)
{
    static const struct field FIELDS[] = {
        { "from", take_minute, offsetof(struct quiet_hours, from) },
        { "to", take_minute, offsetof(struct quiet_hours, to) },
        { "zone", take_zone, offsetof(struct quiet_hours, is_local) },
        { "except", take_except, 0 },
        { NULL, NULL, 0 },
    };
    struct quiet_hours *q = to;
    q->from = q->to = -1;
    if (!map_fields(m, n, FIELDS, q))
        return false;
    if (q->from < 0 || q->to < 0 || q->from == q->to)
        return map_wrong(m, n, "needs two different times: from: \"22:00\", to: \"07:00\"");
    return q->set = true;
}

static bool take_digest(struct mapper *m, const struct node *n, void *to)
{
    struct receiver *r = to;
    if (n->kind == NODE_BOOL)
        return take_bool(m, n, &r->digest);
    r->digest = true;
    return take_duration(m, n, &r->digest_ms);
}

static bool take_name(struct mapper *m, const struct node *n, void *to)
{
    bool good = n->text.len > 0 && n->text.len < WATCH_NAME_MAX - 1 && n->text.at[0] != '.';
    for (size_t i = 0; i < n->text.len; i++) {
        uint8_t c = ascii_lower(n->text.at[i]);
        good &= (c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '-' || c == '_' || c == '.';
    }
    if (!good)
        return map_wrong(m, n, "expected a short name of letters, digits, - _ and .");
    memcpy(to, n->text.at, n->text.len);
    return true;
}

/* A receiver without a name is called after its kind and where it is, so that its queue is found
 * again when the order of the file changes. */
static void name_receiver(struct receiver *r)
{
    static const char *const KINDS[] = { "webhook", "email", "syslog", "command" };
    static const char *const CHATS[] = { "slack", "teams", "feishu", "dingtalk", "wecom" };
    const char *what = r->kind == RECEIVER_CHAT ? CHATS[r->chat.kind] : KINDS[r->kind];
    const char *where = r->kind == RECEIVER_WEBHOOK ? r->webhook.url.text
                        : r->kind == RECEIVER_CHAT ? (r->chat.url.text ? r->chat.url.text : r->chat.url_file)
                        : r->kind == RECEIVER_EMAIL ? r->email.to.at[0]
                        : r->kind == RECEIVER_COMMAND ? r->command.at[0]
                        : r->syslog.path ? r->syslog.path : r->syslog.to.host;
    uint64_t port = r->kind == RECEIVER_SYSLOG ? (uint64_t)r->syslog.to.port << 2 | r->syslog.by : 0;
    if (!r->name[0])
        snprintf(r->name, sizeof(r->name), "%s-%08x", what, (unsigned)siphash(5, port, span_str(where)));
}

static bool take_receiver(struct mapper *m, const struct node *n, struct receiver *r)
{
    static const struct field FIELDS[] = {
        { "name", take_name, offsetof(struct receiver, name) },
        { "webhook", take_webhook, 0 },
        { "email", take_email, 0 },
        { "syslog", take_syslog, 0 },
        { "command", take_command, 0 },
        { "slack", take_slack, 0 },
        { "teams", take_teams, 0 },
        { "feishu", take_feishu, 0 },
        { "dingtalk", take_dingtalk, 0 },
        { "wecom", take_wecom, 0 },
        { "min_severity", take_severity, offsetof(struct receiver, severity_min) },
        { "digest", take_digest, 0 },
        { "quiet_hours", take_quiet, offsetof(struct receiver, quiet) },
        { "give_up", take_duration, offsetof(struct receiver, give_up_ms) },
        { "retry", take_duration, offsetof(struct receiver, retry_ms) },
        { NULL, NULL, 0 },
    };
    static const char *const KINDS[] = { "webhook", "email", "syslog", "command", "slack", "teams", "feishu",
                                         "dingtalk", "wecom" };
    size_t kinds = 0;
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
        kinds += node_get(n, KINDS[i]) != NULL;
    *r = (struct receiver){ .give_up_ms = GIVE_UP_DAYS * DAY_MS, .timeout_ms = TIMEOUT_MS, .retry_ms = RETRY_MS,
                              .severity_min = SEVERITY_LOW };
    if (!map_fields(m, n, FIELDS, r))
        return false;
    if (kinds != 1)
        return map_wrong(m, n, "each notice needs one of webhook, email, syslog, command, slack, teams, feishu, "
                               "dingtalk and wecom");
    if (r->timeout_ms > 10 * MINUTE_MS)
        return map_wrong(m, n, "timeout: at most 10m");
    name_receiver(r);
    return true;
}

static bool take_receivers(struct mapper *m, const struct node *n, void *to)
{
    struct watch_config *c = to;
    if (n->kind != NODE_LIST || n->count > WATCH_RECEIVERS_MAX)
        return map_wrong(m, n, "expected a list of at most %d receivers", WATCH_RECEIVERS_MAX);
    for (const struct node *one = n->first; one; one = one->next) {
        struct receiver *r = list_add(m->arena, &c->receivers);
        if (!r)
            return error_set(m->error, "%s: no memory for the configuration", m->file);
        if (!take_receiver(m, one, r))
            return false;
        for (size_t i = 0; i + 1 < c->receivers.len; i++)
            if (strcmp(c->receivers.at[i].name, r->name) == 0)
                return map_wrong(m, one, "two receivers are called %s; give each a name of its own", r->name);
    }
    return true;
}

/* ---- the whole ---- */

static bool take_metrics(struct mapper *m, const struct node *n, void *to)
{
    static const struct field FIELDS[] = {
        { "file", take_path, offsetof(struct watch_config, metrics.file) },
        { "listen", take_host_port, offsetof(struct watch_config, metrics.listen) },
        { NULL, NULL, 0 },
    };
    struct watch_config *c = to;
    struct address a;
    if (!map_fields(m, n, FIELDS, c))
        return false;
    const char *host = c->metrics.listen.host;
    if (host && (!is_loopback_host(host) || !address_parse(span_str(host), &a)))
        return map_wrong(m, n, "listen: only on loopback, as in 127.0.0.1:9799");
    return true;
}

static const struct field FIELDS[] = {
    { "targets", take_texts, offsetof(struct watch_config, scan.targets) },
    { "exclude", take_texts, offsetof(struct watch_config, scan.exclude) },
    { "scope", take_path, offsetof(struct watch_config, scan.scope) },
    { "ports", take_joined, offsetof(struct watch_config, scan.ports) },
    { "rate", take_number, offsetof(struct watch_config, scan.rate) },
    { "parallel", take_number, offsetof(struct watch_config, scan.parallel) },
    { "timeout", take_number, offsetof(struct watch_config, scan.timeout) },
    { "loops", take_number, offsetof(struct watch_config, scan.loops) },
    { "large", take_bool, offsetof(struct watch_config, scan.large) },
    { "ignore-unresolved", take_bool, offsetof(struct watch_config, scan.ignore_unresolved) },
    { "catalog", take_paths, offsetof(struct watch_config, scan.catalog) },
    { "rules", take_path, offsetof(struct watch_config, scan.rules) },
    { "names", take_path, offsetof(struct watch_config, scan.names) },
    { "ca", take_path, offsetof(struct watch_config, scan.authorities) },
    { "mmdb", take_paths, offsetof(struct watch_config, scan.mmdb) },
    { "ct", take_paths, offsetof(struct watch_config, scan.ct) },
    { "reverse-names", take_bool, offsetof(struct watch_config, scan.reverse_names) },
    { "resolver", take_text, offsetof(struct watch_config, scan.resolver) },
    { "schedule", take_schedule, offsetof(struct watch_config, schedule) },
    { "db", take_path, offsetof(struct watch_config, db) },
    { "spool", take_path, offsetof(struct watch_config, spool) },
    { "notices", take_receivers, 0 },
    { "metrics", take_metrics, 0 },
    { NULL, NULL, 0 },
};

static const char *folder_of(struct arena *a, const char *file)
{
    const char *slash = strrchr(file, '/');
    if (!slash)
        return ".";
    return slash == file ? "/" : arena_str(a, span_of(file, (size_t)(slash - file)));
}

struct watch_config *watch_config_parse(struct arena *a, const char *file, struct span text, struct error *e)
{
    struct watch_config *c = ARENA_NEW(a, struct watch_config);
    struct node *root = c ? yaml_parse(a, text, e) : NULL;
    if (!c)
        error_set(e, "no memory");
    if (!root) {
        error_in(e, "%s", file);
        return NULL;
    }
    c->file = file;
    c->dir = folder_of(a, file);
    struct mapper m = { .arena = a, .error = e, .file = file, .dir = c->dir };
    if (!c->dir || !map_fields(&m, root, FIELDS, c))
        return NULL;
    m.key[0] = '\0';
    if (c->scan.targets.len == 0 && !c->scan.scope)
        map_wrong(&m, root, "say what to scan: targets, or scope, or both");
    else if (c->schedule.every_ms == 0 && c->schedule.at.len == 0)
        map_wrong(&m, root, "say when: schedule: {every: 6h}");
    else
        return c;
    return NULL;
}

struct watch_config *watch_config_load(struct arena *a, const char *path, struct error *e)
{
    struct span text;
    char *full = realpath(path, NULL);
    const char *file = full ? arena_str(a, span_str(full)) : path;
    free(full);
    if (!file_read(a, file, CONFIG_BYTES_MAX, &text, e))
        return NULL;
    return watch_config_parse(a, file, text, e);
}
