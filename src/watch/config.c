/* The keys of watch.yaml, as tables; doc/watch.md describes them. */
#include "watch/config.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/random.h"
#include "watch/values.h"

enum { CONFIG_BYTES_MAX = 1 << 20, MINUTE_MS = 60000, EVERY_MIN_MS = MINUTE_MS };
static const int64_t DAY_MS = 86400000, GIVE_UP_DAYS = 7, TIMEOUT_MS = 15000, RETRY_MS = 5000;

/* ---- scan, schedule ---- */

static bool take_schedule(struct mapper *m, const struct node *n, void *to)
{
    static const struct map_key KEYS[] = {
        { "every", take_duration, offsetof(struct schedule, every_ms), NULL },
        { "at", take_minutes, offsetof(struct schedule, at), NULL },
        { "zone", take_zone, offsetof(struct schedule, is_local), NULL },
        { "jitter", take_duration, offsetof(struct schedule, jitter_ms), NULL },
        { NULL, NULL, 0, NULL },
    };
    struct schedule *s = to;
    if (!map_keys(m, n, KEYS, s))
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
    static const struct map_key KEYS[] = {
        { "url", take_url, offsetof(struct receiver, webhook.url), NULL },
        { "secret_file", take_path, offsetof(struct receiver, webhook.secret_file), NULL },
        { "headers", take_pairs, offsetof(struct receiver, webhook.headers), NULL },
        { "allow_plain", map_bool, offsetof(struct receiver, webhook.allow_plain), NULL },
        { "ca_file", take_path, offsetof(struct receiver, ca_file), NULL },
        { "timeout", take_duration, offsetof(struct receiver, timeout_ms), NULL },
        { NULL, NULL, 0, NULL },
    };
    struct receiver *r = to;
    r->kind = RECEIVER_WEBHOOK;
    if (!map_keys(m, n, KEYS, r))
        return false;
    if (!r->webhook.url.text || !r->webhook.secret_file)
        return map_wrong(m, n, "needs the keys url and secret_file");
    if (!r->webhook.url.tls && !r->webhook.allow_plain && !is_loopback_host(r->webhook.url.host))
        return map_wrong(m, n, "http:// shows everybody on the way what is open; use https:// or allow_plain: true");
    return true;
}

static bool take_starttls(struct mapper *m, const struct node *n, void *to)
{
    static const char *const WORDS[] = { "offered", "required", "never", "at-once", NULL };
    int which;
    if (!map_word(m, n, WORDS, &which))
        return false;
    *(enum starttls *)to = (enum starttls)which;
    return true;
}

static bool take_email(struct mapper *m, const struct node *n, void *to)
{
    static const struct map_key KEYS[] = {
        { "smtp", take_host_port, offsetof(struct receiver, email.smtp), NULL },
        { "sendmail", take_path, offsetof(struct receiver, email.sendmail), NULL },
        { "from", take_address, offsetof(struct receiver, email.from), NULL },
        { "to", take_addresses, offsetof(struct receiver, email.to), NULL },
        { "starttls", take_starttls, offsetof(struct receiver, email.starttls), NULL },
        { "user", map_str, offsetof(struct receiver, email.user), NULL },
        { "password_file", take_path, offsetof(struct receiver, email.password_file), NULL },
        { "ca_file", take_path, offsetof(struct receiver, ca_file), NULL },
        { "timeout", take_duration, offsetof(struct receiver, timeout_ms), NULL },
        { NULL, NULL, 0, NULL },
    };
    struct receiver *r = to;
    r->kind = RECEIVER_EMAIL;
    if (!map_keys(m, n, KEYS, r))
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
                                         "local7", NULL };
    return map_word(m, n, NAMES, to);
}

static bool take_syslog(struct mapper *m, const struct node *n, void *to)
{
    struct places {
        struct host_port udp, tcp;
        const char *unix_path;
        int facility;
        int64_t timeout_ms;
    } p = { .facility = 3 };
    static const struct map_key KEYS[] = {
        { "udp", take_host_port, offsetof(struct places, udp), NULL },
        { "tcp", take_host_port, offsetof(struct places, tcp), NULL },
        { "unix", take_path, offsetof(struct places, unix_path), NULL },
        { "facility", take_facility, offsetof(struct places, facility), NULL },
        { "timeout", take_duration, offsetof(struct places, timeout_ms), NULL },
        { NULL, NULL, 0, NULL },
    };
    struct receiver *r = to;
    p.timeout_ms = r->timeout_ms;
    if (!map_keys(m, n, KEYS, &p))
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
    static const struct map_key KEYS[] = {
        { "url", take_url, offsetof(struct receiver, chat.url), NULL },
        { "url_file", take_path, offsetof(struct receiver, chat.url_file), NULL },
        { "secret_file", take_path, offsetof(struct receiver, chat.secret_file), NULL },
        { "ca_file", take_path, offsetof(struct receiver, ca_file), NULL },
        { "timeout", take_duration, offsetof(struct receiver, timeout_ms), NULL },
        { NULL, NULL, 0, NULL },
    };
    r->kind = RECEIVER_CHAT;
    r->chat.kind = kind;
    if (!map_keys(m, n, KEYS, r))
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

/* Letters, digits and . - _ /: it becomes part of a path, or of a query. */
static bool is_project(const char *s)
{
    for (const char *p = s; *p; p++)
        if (!ascii_is_digit((uint8_t)*p) && !strchr(".-_/", *p) &&
            !(ascii_lower((uint8_t)*p) >= 'a' && ascii_lower((uint8_t)*p) <= 'z'))
            return false;
    return *s && !strstr(s, "..");
}

static bool take_ticket(struct mapper *m, const struct node *n, struct receiver *r, enum ticket_kind kind)
{
    static const struct url KNOWN[] = {
        [TICKET_GITHUB] = { .text = "https://api.github.com", .tls = true },
        [TICKET_GITLAB] = { .text = "https://gitlab.com/api/v4", .tls = true },
        [TICKET_JIRA] = { .text = NULL },
    };
    static const struct map_key KEYS[] = {
        { "url", take_url, offsetof(struct receiver, ticket.url), NULL },
        { "project", map_str, offsetof(struct receiver, ticket.project), ": org/repo, group/name, or a key as OPS" },
        { "token_file", take_path, offsetof(struct receiver, ticket.token_file),
          ": a file whose first line is the token" },
        { "type", map_str, offsetof(struct receiver, ticket.type), NULL },
        { "ca_file", take_path, offsetof(struct receiver, ca_file), NULL },
        { "timeout", take_duration, offsetof(struct receiver, timeout_ms), NULL },
        { NULL, NULL, 0, NULL },
    };
    r->kind = RECEIVER_TICKET;
    r->ticket.kind = kind;
    r->ticket.url = KNOWN[kind];
    if (!map_keys(m, n, KEYS, r))
        return false;
    if (!r->ticket.url.text)
        return map_wrong(m, n, "url: where Jira is, as in https://example.atlassian.net");
    if (!r->ticket.url.tls && !is_loopback_host(r->ticket.url.host))
        return map_wrong(m, n, "http:// shows everybody on the way what is open, and the token");
    if (!is_project(r->ticket.project))
        return map_wrong(m, n, "project: letters, digits and . - _ / only");
    if (r->ticket.type && kind != TICKET_JIRA)
        return map_wrong(m, n, "type: only Jira has types of issues");
    return true;
}

static bool take_github(struct mapper *m, const struct node *n, void *to)
{
    return take_ticket(m, n, to, TICKET_GITHUB);
}

static bool take_gitlab(struct mapper *m, const struct node *n, void *to)
{
    return take_ticket(m, n, to, TICKET_GITLAB);
}

static bool take_jira(struct mapper *m, const struct node *n, void *to)
{
    return take_ticket(m, n, to, TICKET_JIRA);
}

static bool take_except(struct mapper *m, const struct node *n, void *to)
{
    struct quiet_hours *q = to;
    q->has_except = true;
    return take_severity(m, n, &q->except);
}

static bool take_quiet(struct mapper *m, const struct node *n, void *to)
{
    static const struct map_key KEYS[] = {
        { "from", take_minute, offsetof(struct quiet_hours, from), NULL },
        { "to", take_minute, offsetof(struct quiet_hours, to), NULL },
        { "zone", take_zone, offsetof(struct quiet_hours, is_local), NULL },
        { "except", take_except, 0, NULL },
        { NULL, NULL, 0, NULL },
    };
    struct quiet_hours *q = to;
    q->from = q->to = -1;
    if (!map_keys(m, n, KEYS, q))
        return false;
    if (q->from < 0 || q->to < 0 || q->from == q->to)
        return map_wrong(m, n, "needs two different times: from: \"22:00\", to: \"07:00\"");
    return q->set = true;
}

static bool take_digest(struct mapper *m, const struct node *n, void *to)
{
    struct receiver *r = to;
    if (n->kind == NODE_BOOL)
        return map_bool(m, n, &r->digest);
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
    static const char *const TICKETS[] = { "github", "gitlab", "jira" };
    const char *what = r->kind == RECEIVER_CHAT     ? CHATS[r->chat.kind]
                       : r->kind == RECEIVER_TICKET ? TICKETS[r->ticket.kind]
                                                    : KINDS[r->kind];
    const char *where = r->kind == RECEIVER_WEBHOOK ? r->webhook.url.text
                        : r->kind == RECEIVER_CHAT ? (r->chat.url.text ? r->chat.url.text : r->chat.url_file)
                        : r->kind == RECEIVER_TICKET ? r->ticket.project
                        : r->kind == RECEIVER_EMAIL ? r->email.to.at[0]
                        : r->kind == RECEIVER_COMMAND ? r->command.at[0]
                        : r->syslog.path ? r->syslog.path : r->syslog.to.host;
    uint64_t port = r->kind == RECEIVER_SYSLOG ? (uint64_t)r->syslog.to.port << 2 | r->syslog.by : 0;
    if (!r->name[0])
        snprintf(r->name, sizeof(r->name), "%s-%08x", what, (unsigned)siphash(5, port, span_str(where)));
}

static bool take_receiver(struct mapper *m, const struct node *n, struct receiver *r)
{
    static const struct map_key KEYS[] = {
        { "name", take_name, offsetof(struct receiver, name), NULL },
        { "webhook", take_webhook, 0, NULL },
        { "email", take_email, 0, NULL },
        { "syslog", take_syslog, 0, NULL },
        { "command", take_command, 0, NULL },
        { "slack", take_slack, 0, NULL },
        { "teams", take_teams, 0, NULL },
        { "feishu", take_feishu, 0, NULL },
        { "dingtalk", take_dingtalk, 0, NULL },
        { "wecom", take_wecom, 0, NULL },
        { "github", take_github, 0, NULL },
        { "gitlab", take_gitlab, 0, NULL },
        { "jira", take_jira, 0, NULL },
        { "min_severity", take_severity, offsetof(struct receiver, severity_min), NULL },
        { "digest", take_digest, 0, NULL },
        { "quiet_hours", take_quiet, offsetof(struct receiver, quiet), NULL },
        { "give_up", take_duration, offsetof(struct receiver, give_up_ms), NULL },
        { "retry", take_duration, offsetof(struct receiver, retry_ms), NULL },
        { NULL, NULL, 0, NULL },
    };
    static const char *const KINDS[] = { "webhook", "email", "syslog", "command", "slack", "teams", "feishu",
                                         "dingtalk", "wecom", "github", "gitlab", "jira" };
    size_t kinds = 0;
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
        kinds += node_get(n, KINDS[i]) != NULL;
    *r = (struct receiver){ .give_up_ms = GIVE_UP_DAYS * DAY_MS, .timeout_ms = TIMEOUT_MS, .retry_ms = RETRY_MS,
                              .severity_min = SEVERITY_LOW };
    if (!map_keys(m, n, KEYS, r))
        return false;
    if (kinds != 1)
        return map_wrong(m, n, "each notice needs one of webhook, email, syslog, command, slack, teams, feishu, "
                               "dingtalk, wecom, github, gitlab and jira");
    if (r->kind == RECEIVER_TICKET && r->digest)
        return map_wrong(m, n, "a ticket is one of a finding: leave digest out");
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
            return map_no_memory(m);
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
    static const struct map_key KEYS[] = {
        { "file", take_path, offsetof(struct watch_config, metrics.file), NULL },
        { "listen", take_host_port, offsetof(struct watch_config, metrics.listen), NULL },
        { NULL, NULL, 0, NULL },
    };
    struct watch_config *c = to;
    struct address a;
    if (!map_keys(m, n, KEYS, c))
        return false;
    const char *host = c->metrics.listen.host;
    if (host && (!is_loopback_host(host) || !address_parse(span_str(host), &a)))
        return map_wrong(m, n, "listen: only on loopback, as in 127.0.0.1:9799");
    return true;
}

static const struct map_key KEYS[] = {
    { "targets", take_texts, offsetof(struct watch_config, scan.targets), NULL },
    { "exclude", take_texts, offsetof(struct watch_config, scan.exclude), NULL },
    { "scope", take_path, offsetof(struct watch_config, scan.scope), NULL },
    { "ports", take_joined, offsetof(struct watch_config, scan.ports), NULL },
    { "rate", take_number, offsetof(struct watch_config, scan.rate), NULL },
    { "parallel", take_number, offsetof(struct watch_config, scan.parallel), NULL },
    { "timeout", take_number, offsetof(struct watch_config, scan.timeout), NULL },
    { "loops", take_number, offsetof(struct watch_config, scan.loops), NULL },
    { "large", map_bool, offsetof(struct watch_config, scan.large), NULL },
    { "leavings", map_bool, offsetof(struct watch_config, scan.leavings), NULL },
    { "all-protocols", map_bool, offsetof(struct watch_config, scan.all_protocols), NULL },
    { "ignore-unresolved", map_bool, offsetof(struct watch_config, scan.ignore_unresolved), NULL },
    { "catalog", take_paths, offsetof(struct watch_config, scan.catalog), NULL },
    { "rules", take_path, offsetof(struct watch_config, scan.rules), NULL },
    { "names", take_path, offsetof(struct watch_config, scan.names), NULL },
    { "ca", take_path, offsetof(struct watch_config, scan.authorities), NULL },
    { "mmdb", take_paths, offsetof(struct watch_config, scan.mmdb), NULL },
    { "ct", take_paths, offsetof(struct watch_config, scan.ct), NULL },
    { "reverse-names", map_bool, offsetof(struct watch_config, scan.reverse_names), NULL },
    { "resolver", map_str, offsetof(struct watch_config, scan.resolver), NULL },
    { "schedule", take_schedule, offsetof(struct watch_config, schedule), NULL },
    { "db", take_path, offsetof(struct watch_config, db), NULL },
    { "spool", take_path, offsetof(struct watch_config, spool), NULL },
    { "notices", take_receivers, 0, NULL },
    { "metrics", take_metrics, 0, NULL },
    { NULL, NULL, 0, NULL },
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
    struct mapper m = { .arena = a, .error = e, .file = file, .self = c };
    if (!c) {
        map_no_memory(&m);
        return NULL;
    }
    c->file = file;
    c->dir = folder_of(a, file);
    struct node *root = map_parse(&m, text);
    if (!root || !c->dir || !map_keys(&m, root, KEYS, c))
        return NULL;
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
