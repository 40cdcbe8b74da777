/* Reads the scope file, strictly: a key that is not understood is an error, because a "denny" that
 * is ignored would be asked. */
#include "target/scope.h"

#include "base/buf.h"
#include "base/file.h"
#include "target/quote.h"
#include "text/node.h"

#include <stdarg.h>
#include <stdio.h>

enum { KEYS_MAX = 8 };

struct loader {
    struct arena *arena;
    struct error *error;
    struct scope *scope;
};

static const char *const SCOPE_KEYS[KEYS_MAX] = { "owner", "allow", "deny", "ports", "decoys" };
static const char *const ENTRY_KEYS[KEYS_MAX] = { "target", "ports", "addresses", "owned", "tags", "note" };
static const char *const DENY_KEYS[KEYS_MAX] = { "target", "ports", "note" };
static const char *const TAG_KEYS[KEYS_MAX] = { "owner", "tier", "contact" };

[[gnu::format(printf, 3, 4)]] static bool wrong(const struct loader *l, const struct node *n,
                                                const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return error_set(l->error, "%s: line %u: %s", l->scope->file, n->line, text);
}

static bool no_memory(const struct loader *l)
{
    return error_set(l->error, "%s: not enough memory for the scope", l->scope->file);
}

/* Whether two words differ by one typing slip: a byte changed, added, dropped, or two swapped. */
static bool nearly(struct span a, struct span b)
{
    if (a.len > b.len)
        return nearly(b, a);
    size_t i = 0;
    while (i < a.len && a.at[i] == b.at[i])
        i++;
    struct span rest_a = span_from(a, i), rest_b = span_from(b, i);
    if (b.len - a.len == 1)
        return span_eq(rest_a, span_from(rest_b, 1));
    if (b.len != a.len || rest_a.len == 0)
        return false;
    bool changed = span_eq(span_from(rest_a, 1), span_from(rest_b, 1));
    bool swapped = rest_a.len > 1 && rest_a.at[0] == rest_b.at[1] && rest_a.at[1] == rest_b.at[0] &&
                   span_eq(span_from(rest_a, 2), span_from(rest_b, 2));
    return changed || swapped;
}

static bool unknown_key(const struct loader *l, const struct node *n, const char *const *keys)
{
    char allowed[100];
    size_t len = 0;
    const char *meant = NULL;
    for (size_t i = 0; i < KEYS_MAX && keys[i]; i++) {
        len +=
            (size_t)snprintf(allowed + len, sizeof(allowed) - len, "%s%s", i ? ", " : "", keys[i]);
        if (nearly(n->key, span_str(keys[i])))
            meant = keys[i];
    }
    struct quoted q;
    quote(&q, n->key);
    return wrong(l, n, "unknown key \"%s\"%s%s%s; allowed here are %s", q.text,
                 meant ? ", did you mean \"" : "", meant ? meant : "", meant ? "\"?" : "", allowed);
}

static bool check_keys(const struct loader *l, const struct node *map, const char *const *keys)
{
    for (const struct node *n = map->first; n; n = n->next) {
        bool known = false;
        for (size_t i = 0; i < KEYS_MAX && keys[i]; i++)
            known = known || span_is(n->key, keys[i]);
        if (!known)
            return unknown_key(l, n, keys);
    }
    return true;
}

static bool is_scalar(const struct node *n)
{
    return n->kind != NODE_LIST && n->kind != NODE_MAP;
}

static const char *key_name(const struct node *n, struct quoted *q)
{
    return n->key.len ? quote(q, n->key) : "an entry";
}

/* An optional text; *ret stays NULL where n is NULL. NUL bytes and line breaks are refused, for
 * the text goes into reports as one line. */
static bool read_text(const struct loader *l, const struct node *n, const char **ret)
{
    struct quoted q;
    if (!n)
        return true;
    struct span s = is_scalar(n) ? span_trim(n->text) : SPAN_NONE;
    if (s.len == 0 || n->kind == NODE_NULL)
        return wrong(l, n, "%s must be a text", key_name(n, &q));
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] < ' ')
            return wrong(l, n, "%s must be one line of text", key_name(n, &q));
    *ret = arena_str(l->arena, s);
    return *ret || no_memory(l);
}

/* One "ports" value: 9200, "9200,9300-9305", or a list of such. */
static bool read_ports(const struct loader *l, const struct node *n, struct ports *ret)
{
    struct buf joined;
    struct error why;
    if (!n)
        return true;
    if (n->kind == NODE_MAP || (n->kind == NODE_LIST && n->count == 0))
        return wrong(l, n, "ports must be a list, as in [9200, 9300-9305]");
    buf_init(&joined, YAML_BYTES_MAX);
    for (const struct node *one = n->kind == NODE_LIST ? n->first : n; one; one = one->next) {
        if (joined.len)
            buf_byte(&joined, ',');
        if (is_scalar(one))
            buf_put(&joined, one->text);
        if (n->kind != NODE_LIST)
            break;
    }
    bool ok = buf_ok(&joined) && ports_parse(l->arena, buf_span(&joined), ret, &why);
    if (!buf_ok(&joined))
        error_set(&why, "not enough memory");
    buf_release(&joined);
    return ok || wrong(l, n, "%s", why.text);
}

static bool read_target(const struct loader *l, const struct node *n, struct target *ret)
{
    struct origin origin = { l->scope->file, n->line };
    struct error why;
    if (!is_scalar(n) || n->kind == NODE_NULL)
        return wrong(l, n, "a target must be a text, as in 10.0.0.0/24");
    return target_parse(l->arena, n->text, origin, ret, &why) || wrong(l, n, "%s", why.text);
}

/* The part that allow, deny and decoys share: a text, or a map with target and ports. */
static bool read_place(const struct loader *l, const struct node *n, const char *const *keys,
                       struct target *ret)
{
    if (n->kind != NODE_MAP)
        return read_target(l, n, ret);
    const struct node *target = node_get(n, "target"), *ports = node_get(n, "ports");
    if (!check_keys(l, n, keys))
        return false;
    if (!target)
        return wrong(l, n, "an entry needs the key \"target\"");
    if (!read_target(l, target, ret))
        return false;
    if (ports && ret->ports.len)
        return wrong(l, ports, "the target \"%s\" states its ports already", ret->text);
    ret->origin.line = n->line;
    return read_ports(l, ports, &ret->ports);
}

/* What a name may lead to: an address, prefix or range, or a list of such. */
static bool read_addresses(const struct loader *l, const struct node *n, struct scope_entry *ret)
{
    if (!n)
        return true;
    if (!ret->target.name)
        return wrong(l, n, "addresses belong to a name; \"%s\" is none", ret->target.text);
    if (n->kind == NODE_MAP || (n->kind == NODE_LIST && n->count == 0))
        return wrong(l, n, "addresses must be a list, as in [10.0.0.5, 10.0.1.0/24]");
    for (const struct node *one = n->kind == NODE_LIST ? n->first : n; one; one = one->next) {
        struct target t;
        if (!read_target(l, one, &t))
            return false;
        if (t.name || t.ports.len)
            return wrong(l, one, "\"%s\": write an address, a prefix or a range, without ports", t.text);
        struct range *r = list_add(l->arena, &ret->addresses);
        if (!r)
            return no_memory(l);
        *r = t.range;
        if (n->kind != NODE_LIST)
            break;
    }
    return true;
}

static bool read_allow_entry(const struct loader *l, const struct node *n, struct scope_entry *ret)
{
    if (!read_place(l, n, ENTRY_KEYS, &ret->target))
        return false;
    if (n->kind != NODE_MAP)
        return true;
    const struct node *owned = node_get(n, "owned"), *tags = node_get(n, "tags");
    if (owned && owned->kind != NODE_BOOL)
        return wrong(l, owned, "owned must be true or false");
    ret->owned = owned && owned->integer;
    if (!read_addresses(l, node_get(n, "addresses"), ret))
        return false;
    if (!read_text(l, node_get(n, "note"), &ret->note))
        return false;
    if (!tags)
        return true;
    if (tags->kind != NODE_MAP)
        return wrong(l, tags, "tags must be a map with owner, tier or contact");
    return check_keys(l, tags, TAG_KEYS) && read_text(l, node_get(tags, "owner"), &ret->owner) &&
           read_text(l, node_get(tags, "tier"), &ret->tier) &&
           read_text(l, node_get(tags, "contact"), &ret->contact);
}

static bool check_list(const struct loader *l, const struct node *n)
{
    struct quoted q;
    return n->kind == NODE_LIST || wrong(l, n, "%s must be a list of targets", key_name(n, &q));
}

static bool read_allow(const struct loader *l, const struct node *n)
{
    if (!check_list(l, n))
        return false;
    for (const struct node *one = n->first; one; one = one->next) {
        struct scope_entry *entry = list_add(l->arena, &l->scope->allow);
        if (!entry)
            return no_memory(l);
        if (!read_allow_entry(l, one, entry))
            return false;
    }
    return true;
}

static bool read_places(const struct loader *l, const struct node *n, struct targets *ret)
{
    if (!n)
        return true;
    if (!check_list(l, n))
        return false;
    for (const struct node *one = n->first; one; one = one->next) {
        struct target *t = list_add(l->arena, &ret->list);
        if (!t)
            return no_memory(l);
        if (!read_place(l, one, DENY_KEYS, t))
            return false;
    }
    return true;
}

static bool read_scope(const struct loader *l, const struct node *n)
{
    if (n->kind != NODE_MAP)
        return wrong(l, n, "a scope is a map with owner and allow; see doc/scope.md");
    if (!check_keys(l, n, SCOPE_KEYS) || !read_text(l, node_get(n, "owner"), &l->scope->owner))
        return false;
    if (!l->scope->owner)
        return wrong(l, n,
                     "the key \"owner\" is missing: state who answers for these systems, as in "
                     "owner: \"Example Ltd, security@example.org\"");
    const struct node *allow = node_get(n, "allow");
    if (!allow || (allow->kind == NODE_LIST && allow->count == 0))
        return wrong(l, n,
                     "the key \"allow\" is missing or empty: list the targets that may be asked");
    return read_allow(l, allow) && read_places(l, node_get(n, "deny"), &l->scope->deny) &&
           read_places(l, node_get(n, "decoys"), &l->scope->decoys) &&
           read_ports(l, node_get(n, "ports"), &l->scope->ports);
}

struct scope *scope_parse(struct arena *a, struct span text, const char *file, struct error *e)
{
    struct scope *s = ARENA_NEW(a, struct scope);
    if (!s) {
        error_set(e, "%s: not enough memory for the scope", file);
        return NULL;
    }
    s->file = file;
    struct loader l = { a, e, s };
    const struct node *n = yaml_parse(a, text, e);
    if (!n) {
        error_in(e, "%s", file);
        return NULL;
    }
    return read_scope(&l, n) ? s : NULL;
}

struct scope *scope_load(struct arena *a, const char *file, struct error *e)
{
    struct span text;
    const char *name = arena_str(a, span_str(strcmp(file, "-") == 0 ? "standard input" : file));
    if (!name) {
        error_set(e, "not enough memory for the scope");
        return NULL;
    }
    return file_read_or_stdin(a, file, YAML_BYTES_MAX, &text, e) ? scope_parse(a, text, name, e)
                                                               : NULL;
}
