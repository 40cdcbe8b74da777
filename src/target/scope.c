/* Reads the scope file, strictly: a key that is not understood is an error, because a "denny" that
 * is ignored would be asked. */
#include "target/scope.h"

#include "base/buf.h"
#include "base/file.h"
#include "text/mapper.h"
#include "text/nearest.h"

static bool is_scalar(const struct node *n)
{
    return n->kind != NODE_LIST && n->kind != NODE_MAP;
}

/* A place with its note, which nobody but its author reads. */
struct noted {
    struct target target;
    const char *note;
};

/* Text of one line, for it goes into reports as such; without the blanks around it. */
static bool take_line(struct mapper *m, const struct node *n, void *to)
{
    const char **ret = to, *text;
    if (!map_str(m, n, &text))
        return false;
    struct span s = span_trim(span_str(text));
    if (s.len == 0)
        return map_wrong(m, n, "the text is empty");
    *ret = arena_str(m->arena, s);
    return *ret || map_no_memory(m);
}

/* One "ports" value: 9200, "9200,9300-9305", or a list of such. */
static bool take_ports(struct mapper *m, const struct node *n, void *to)
{
    struct ports *ret = to;
    struct buf joined;
    struct error why;
    if (n->kind == NODE_MAP || (n->kind == NODE_LIST && n->count == 0))
        return map_wrong(m, n, "expected a list, as in [9200, 9300-9305]");
    buf_init(&joined, YAML_BYTES_MAX);
    for (const struct node *one = map_first(n); one; one = map_next(n, one)) {
        if (joined.len)
            buf_byte(&joined, ',');
        if (is_scalar(one))
            buf_put(&joined, one->text);
    }
    bool ok = buf_ok(&joined) && ports_parse(m->arena, buf_span(&joined), ret, &why);
    if (!buf_ok(&joined))
        error_set(&why, "not enough memory");
    buf_release(&joined);
    return ok || map_wrong(m, n, "%s", why.text);
}

static bool take_target(struct mapper *m, const struct node *n, void *to)
{
    struct target *ret = to;
    struct origin origin = { m->file, n->line };
    struct error why;
    if (!is_scalar(n) || n->kind == NODE_NULL)
        return map_wrong(m, n, "a target must be a text, as in 10.0.0.0/24");
    return target_parse(m->arena, n->text, origin, ret, &why) || map_wrong(m, n, "%s", why.text);
}

/* The ports of an entry, whose target is read before them. */
static bool take_target_ports(struct mapper *m, const struct node *n, void *to)
{
    struct target *t = to;
    if (t->ports.len)
        return map_wrong(m, n, "the target \"%s\" states its ports already", t->text);
    return take_ports(m, n, &t->ports);
}

/* What a name may lead to: an address, prefix or range, or a list of such. */
static bool take_addresses(struct mapper *m, const struct node *n, void *to)
{
    struct scope_entry *ret = to;
    if (!ret->target.name)
        return map_wrong(m, n, "addresses belong to a name; \"%s\" is none", ret->target.text);
    if (n->kind == NODE_MAP || (n->kind == NODE_LIST && n->count == 0))
        return map_wrong(m, n, "expected a list, as in [10.0.0.5, 10.0.1.0/24]");
    for (const struct node *one = map_first(n); one; one = map_next(n, one)) {
        struct target t;
        if (!take_target(m, one, &t))
            return false;
        if (t.name || t.ports.len)
            return map_wrong(m, one, "\"%s\": write an address, a prefix or a range, without ports", t.text);
        struct range *r = list_add(m->arena, &ret->addresses);
        if (!r)
            return map_no_memory(m);
        *r = t.range;
    }
    return true;
}

static const char *const TAG_WORDS[] = { "owner", "tier", "contact", NULL };

/* One tag: of the three words that Ajar knows, or of the writer's own. What is nearly one of the three is a slip. */
static bool take_tag(struct mapper *m, const struct node *n, struct scope_entry *to)
{
    const char **known[] = { &to->owner, &to->tier, &to->contact };
    const char *key = arena_str(m->arena, n->key), *value = NULL;
    if (!key)
        return map_no_memory(m);
    for (size_t i = 0; TAG_WORDS[i]; i++)
        if (strcmp(key, TAG_WORDS[i]) == 0)
            return take_line(m, n, known[i]);
    const char *meant = nearest_word(TAG_WORDS, key);
    if (meant && meant[0] == key[0])
        return map_wrong(m, n, "the tag \"%s\": did you mean \"%s\"?", key, meant);
    if (!tag_key_ok(n->key))
        return map_wrong(m, n, "a tag's key is of a-z, 0-9, - and _, %d at most", TAG_KEY_MAX);
    if (!take_line(m, n, &value))
        return false;
    if (strlen(value) > TAG_VALUE_MAX || to->tags.len == TAGS_MAX)
        return map_wrong(m, n, "an entry has at most %d tags of at most %d bytes", TAGS_MAX, TAG_VALUE_MAX);
    struct tag *t = list_add(m->arena, &to->tags);
    if (!t)
        return map_no_memory(m);
    *t = (struct tag){ key, value };
    return true;
}

static bool take_tags(struct mapper *m, const struct node *n, void *to)
{
    if (n->kind != NODE_MAP || !n->first)
        return map_wrong(m, n, "expected a map of tags, as in {env: prod, owner: search team}");
    for (const struct node *one = n->first; one; one = one->next)
        if (!take_tag(m, one, to))
            return false;
    return true;
}

struct span scope_entry_tag(const void *entry, const char *key)
{
    const struct scope_entry *s = entry;
    const char *const known[] = { s->owner, s->tier, s->contact };
    for (size_t i = 0; TAG_WORDS[i]; i++)
        if (strcmp(key, TAG_WORDS[i]) == 0)
            return span_str(known[i]);
    for (size_t i = 0; i < s->tags.len; i++)
        if (strcmp(key, s->tags.at[i].key) == 0)
            return span_str(s->tags.at[i].value);
    return SPAN_NONE;
}

/* An entry of a list is a target, or a map with more about it. It is named by its own line. */
static bool read_entry(struct mapper *m, const struct node *n, const struct map_key *keys, struct target *t, void *to)
{
    if (n->kind != NODE_MAP)
        return take_target(m, n, t);
    if (!map_keys(m, n, keys, to))
        return false;
    t->origin.line = n->line;
    return true;
}

#define TARGET_MISSING ", as in {target: 10.0.0.0/24, ports: [9200]}"

static bool take_allow(struct mapper *m, const struct node *n, void *to)
{
    static const struct map_key KEYS[] = {
        { "target", take_target, offsetof(struct scope_entry, target), TARGET_MISSING },
        { "ports", take_target_ports, offsetof(struct scope_entry, target), NULL },
        { "addresses", take_addresses, 0, NULL },
        { "owned", map_bool, offsetof(struct scope_entry, owned), NULL },
        { "tags", take_tags, 0, NULL },
        { "note", take_line, offsetof(struct scope_entry, note), NULL },
        { NULL, NULL, 0, NULL },
    };
    struct scope *s = to;
    if (n->kind != NODE_LIST || n->count == 0)
        return map_wrong(m, n, "expected a list of targets that may be asked");
    for (const struct node *one = n->first; one; one = one->next) {
        struct scope_entry *entry = list_add(m->arena, &s->allow);
        if (!entry)
            return map_no_memory(m);
        if (!read_entry(m, one, KEYS, &entry->target, entry))
            return false;
    }
    return true;
}

static bool take_places(struct mapper *m, const struct node *n, void *to)
{
    static const struct map_key KEYS[] = {
        { "target", take_target, 0, TARGET_MISSING },
        { "ports", take_target_ports, 0, NULL },
        { "note", take_line, offsetof(struct noted, note), NULL },
        { NULL, NULL, 0, NULL },
    };
    struct targets *ret = to;
    if (n->kind != NODE_LIST)
        return map_wrong(m, n, "expected a list of targets");
    for (const struct node *one = n->first; one; one = one->next) {
        struct noted place = { .note = NULL };
        struct target *t = list_add(m->arena, &ret->list);
        if (!t)
            return map_no_memory(m);
        if (!read_entry(m, one, KEYS, &place.target, &place))
            return false;
        *t = place.target;
    }
    return true;
}

struct scope *scope_parse(struct arena *a, struct span text, const char *file, struct error *e)
{
    static const struct map_key KEYS[] = {
        { "owner", take_line, offsetof(struct scope, owner),
          ": state who answers for these systems, as in owner: \"Example Ltd, security@example.org\"" },
        { "allow", take_allow, 0, ": list the targets that may be asked" },
        { "deny", take_places, offsetof(struct scope, deny), NULL },
        { "ports", take_ports, offsetof(struct scope, ports), NULL },
        { "decoys", take_places, offsetof(struct scope, decoys), NULL },
        { NULL, NULL, 0, NULL },
    };
    struct scope *s = ARENA_NEW(a, struct scope);
    struct mapper m = { .arena = a, .error = e, .file = file };
    if (!s) {
        map_no_memory(&m);
        return NULL;
    }
    s->file = file;
    const struct node *n = map_parse(&m, text);
    if (n && n->kind != NODE_MAP) {
        map_wrong(&m, n, "a scope is a map with owner and allow; see doc/scope.md");
        return NULL;
    }
    return n && map_keys(&m, n, KEYS, s) ? s : NULL;
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
