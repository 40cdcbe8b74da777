/* Takes values out of watch.yaml, strictly. Whatever becomes part of a header, a command line or an
 * address is checked here, once, so that no sender has to think of line breaks in it. */
#include "watch/values.h"

#include <stdio.h>
#include <stdlib.h>

enum { DURATION_DAYS_MAX = 366 };

/* One line of text. */
static bool line(struct mapper *m, const struct node *n, struct span *ret)
{
    const char *text;
    if (!map_str(m, n, &text))
        return false;
    *ret = span_str(text);
    return true;
}

bool take_path(struct mapper *m, const struct node *n, void *to)
{
    struct span s;
    const char **ret = to;
    if (!line(m, n, &s))
        return false;
    const struct watch_config *c = m->self;
    *ret = s.at[0] == '/' ? (const char *)s.at : arena_printf(m->arena, "%s/%.*s", c->dir, SPAN_FMT(s));
    return *ret || map_no_memory(m);
}

static bool take_many(struct mapper *m, const struct node *n, struct texts *ret,
                      map_take *take)
{
    const struct node *one = map_first(n);
    if (!one || (n->kind == NODE_LIST && n->count > WATCH_TEXTS_MAX))
        return map_wrong(m, n, "expected 1 to %d entries", WATCH_TEXTS_MAX);
    for (; one; one = map_next(n, one)) {
        const char **text = list_add(m->arena, ret);
        if (!text)
            return map_no_memory(m);
        if (!take(m, one, text))
            return false;
    }
    return true;
}

bool take_texts(struct mapper *m, const struct node *n, void *to)
{
    return take_many(m, n, to, map_str);
}

bool take_paths(struct mapper *m, const struct node *n, void *to)
{
    return take_many(m, n, to, take_path);
}

bool take_list(struct mapper *m, const struct node *n, void *to)
{
    return n->kind == NODE_LIST ? take_many(m, n, to, map_str)
                                : map_wrong(m, n, "expected a list: [program, argument, ...]; no shell reads it");
}

bool take_joined(struct mapper *m, const struct node *n, void *to)
{
    struct texts parts = { 0 };
    const char **ret = to;
    if (!take_texts(m, n, &parts))
        return false;
    *ret = parts.at[0];
    for (size_t i = 1; i < parts.len && *ret; i++)
        *ret = arena_printf(m->arena, "%s,%s", *ret, parts.at[i]);
    return *ret || map_no_memory(m);
}

/* ---- numbers, times ---- */

bool take_number(struct mapper *m, const struct node *n, void *to)
{
    if (n->kind != NODE_NUMBER || n->real <= 0)
        return map_wrong(m, n, "expected a number above 0");
    return map_str(m, n, to);
}

bool take_duration(struct mapper *m, const struct node *n, void *to)
{
    static const char UNITS[] = "smhdw";
    static const int64_t UNIT_MS[] = { 1000, 60000, 3600000, 86400000, 7 * 86400000 };
    struct span s;
    uint64_t count;
    if (!line(m, n, &s))
        return false;
    const char *unit = memchr(UNITS, s.at[s.len - 1], sizeof(UNITS) - 1);
    if (!unit || !span_u64(span_first(s, s.len - 1), 1000000, &count) || count == 0 ||
        (int64_t)count * UNIT_MS[unit - UNITS] > DURATION_DAYS_MAX * 86400000ll)
        return map_wrong(m, n, "expected a time span such as 90s, 10m, 6h, 7d or 2w, at most %d days",
                         DURATION_DAYS_MAX);
    *(int64_t *)to = (int64_t)count * UNIT_MS[unit - UNITS];
    return true;
}

bool take_minute(struct mapper *m, const struct node *n, void *to)
{
    struct span rest, hour;
    uint64_t h, min;
    if (!line(m, n, &rest))
        return false;
    hour = span_cut(&rest, ':');
    if (rest.len != 2 || hour.len == 0 || hour.len > 2 || !span_u64(hour, 23, &h) || !span_u64(rest, 59, &min))
        return map_wrong(m, n, "expected a time of day such as \"03:00\", in quotes");
    *(int *)to = (int)(h * 60 + min);
    return true;
}

bool take_minutes(struct mapper *m, const struct node *n, void *to)
{
    struct times *ret = to;
    const struct node *one = map_first(n);
    if (!one || (n->kind == NODE_LIST && n->count > WATCH_TIMES_MAX))
        return map_wrong(m, n, "expected 1 to %d times of day", WATCH_TIMES_MAX);
    for (; one; one = map_next(n, one)) {
        int *minute = list_add(m->arena, ret);
        if (!minute)
            return map_no_memory(m);
        if (!take_minute(m, one, minute))
            return false;
    }
    return true;
}

bool take_zone(struct mapper *m, const struct node *n, void *to)
{
    static const char *const WORDS[] = { "utc", "local", NULL };
    int which;
    if (!map_word(m, n, WORDS, &which))
        return false;
    *(bool *)to = which == 1;
    return true;
}

/* ---- addresses ---- */

/* A name or address of a host: what may stand in a Host header and in a certificate. */
static bool host_ok(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = ascii_lower(s.at[i]);
        if (!ascii_is_digit(c) && !(c >= 'a' && c <= 'z') && c != '.' && c != '-' && c != '_' && c != ':')
            return false;
    }
    return s.len > 0 && s.len < ENDPOINT_NAME_MAX;
}

/* "host:port", "[::1]:port"; without a port where port_default is not 0. */
static bool split_host_port(struct mapper *m, struct span s, uint16_t port_default, struct host_port *ret)
{
    uint64_t port = port_default;
    struct span host = s, rest = SPAN_NONE;
    if (s.len && s.at[0] == '[') {
        rest = span_from(s, 1);
        host = span_cut(&rest, ']');
    } else {
        size_t colon = span_index(s, ':');
        host = span_first(s, colon);
        rest = span_from(s, colon);
        if (span_index(host, ':') != host.len)
            return false;
    }
    if (rest.len && (rest.at[0] != ':' || !span_u64(span_from(rest, 1), UINT16_MAX, &port)))
        return false;
    if (port == 0 || !host_ok(host))
        return false;
    *ret = (struct host_port){ arena_str(m->arena, host), (uint16_t)port };
    return ret->host != NULL;
}

bool take_host_port(struct mapper *m, const struct node *n, void *to)
{
    struct span s;
    return line(m, n, &s) && (split_host_port(m, s, 0, to) ||
                                map_wrong(m, n, "expected HOST:PORT, as in relay.internal:25 or [::1]:25"));
}

bool take_url(struct mapper *m, const struct node *n, void *to)
{
    struct span s, rest;
    struct host_port at;
    struct url *ret = to;
    if (!line(m, n, &s))
        return false;
    bool tls = span_starts(s, SPAN("https://"));
    if (!tls && !span_starts(s, SPAN("http://")))
        return map_wrong(m, n, "expected https://HOST/PATH");
    rest = span_from(s, tls ? 8 : 7);
    size_t slash = span_index(rest, '/');
    struct span authority = span_first(rest, slash), path = span_from(rest, slash);
    if (span_index(authority, '@') != authority.len)
        return map_wrong(m, n, "a name or password does not belong in a URL; use headers");
    for (size_t i = 0; i < path.len; i++)
        if (path.at[i] <= ' ' || path.at[i] >= 0x7f || path.at[i] == '#')
            return map_wrong(m, n, "the path holds a character that a URL may not hold");
    if (!split_host_port(m, authority, tls ? 443 : 80, &at))
        return map_wrong(m, n, "expected https://HOST/PATH or https://HOST:PORT/PATH");
    *ret = (struct url){ arena_str(m->arena, s), at.host, path.len ? arena_str(m->arena, path) : "/", at.port, tls };
    return (ret->text && ret->path) || map_no_memory(m);
}

/* RFC 9110: a field name is a token. */
static bool token_ok(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] <= ' ' || s.at[i] >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", s.at[i]))
            return false;
    return s.len > 0 && s.len < 100;
}

bool take_pairs(struct mapper *m, const struct node *n, void *to)
{
    static const char *const OURS[] = { "host", "content-length", "content-type", "transfer-encoding", "connection",
                                        "user-agent", "expect" };
    struct pairs *ret = to;
    if (n->kind != NODE_MAP || n->count > 32)
        return map_wrong(m, n, "expected a map of at most 32 header names and values");
    for (const struct node *one = n->first; one; one = one->next) {
        bool ours = one->key.len >= 7 && span_eq_nocase(span_first(one->key, 7), SPAN("x-ajar-"));
        for (size_t i = 0; i < sizeof(OURS) / sizeof(OURS[0]); i++)
            ours |= span_eq_nocase(one->key, span_str(OURS[i]));
        if (!token_ok(one->key) || ours)
            return map_wrong(m, one, ours ? "a header that Ajar sets itself" : "no name of a header");
        struct pair *p = list_add(m->arena, ret);
        if (!p || !(p->name = arena_str(m->arena, one->key)))
            return map_no_memory(m);
        if (!map_str(m, one, &p->value))
            return false;
    }
    return true;
}

/* A plain mailbox of RFC 5321: what is safe inside <> on a command line and in a header. */
bool take_address(struct mapper *m, const struct node *n, void *to)
{
    struct span s;
    if (!line(m, n, &s))
        return false;
    size_t at = span_index(s, '@');
    bool good = at > 0 && at + 1 < s.len && s.len < 255 && s.at[0] != '-';
    for (size_t i = 0; i < s.len; i++)
        good &= s.at[i] > ' ' && s.at[i] < 0x7f && !strchr("()<>,;:\\\"[]", s.at[i]) && (i == at || s.at[i] != '@');
    return good ? map_str(m, n, to) : map_wrong(m, n, "expected a mail address such as ops@example.org");
}

bool take_addresses(struct mapper *m, const struct node *n, void *to)
{
    return take_many(m, n, to, take_address);
}
