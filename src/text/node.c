/* Looking things up in a document tree. Every accessor takes NULL and the wrong kind of node and
 * answers "nothing", so that a reader walks a foreign document straight through. */
#include "text/node.h"

#include "base/random.h"

enum { INDEXED_FROM = 16 }; /* children; fewer are walked */

struct node_index {
    uint64_t key0, key1;
    size_t mask;         /* slots less one; a power of two less one, at least half of them free */
    struct node **slots; /* NULL: free */
};

static struct node **index_slot(const struct node_index *index, struct span key)
{
    size_t at = (size_t)siphash(index->key0, index->key1, key) & index->mask;
    while (index->slots[at] && !span_eq(index->slots[at]->key, key))
        at = (at + 1) & index->mask;
    return &index->slots[at];
}

/* The earlier child of that key among the `before` first ones, or NULL. */
static struct node *earlier(const struct node *map, size_t before, struct span key)
{
    struct node *child = map->first;
    while (before-- > 0) {
        if (span_eq(child->key, key))
            return child;
        child = child->next;
    }
    return NULL;
}

/* Puts the value of `from` in the place of `into`. */
static void take_place(struct node *into, const struct node *from)
{
    struct node *next = into->next;
    *into = *from;
    into->next = next;
}

bool node_index_map(struct arena *a, struct node *map)
{
    struct node_index *index = NULL;
    if (map->count > INDEXED_FROM) {
        size_t slots = 64;
        while (slots < map->count * 2)
            slots *= 2;
        index = ARENA_NEW(a, struct node_index);
        if (!index || !(index->slots = arena_array(a, slots, sizeof(index->slots[0]))))
            return false;
        index->mask = slots - 1;
        index->key0 = (uint64_t)(uintptr_t)map; /* where the loader put us is not for a peer to know */
        index->key1 = (uint64_t)(uintptr_t)index;
    }
    struct node *last = NULL;
    size_t kept = 0;
    for (struct node *child = map->first, *next; child; child = next) {
        next = child->next;
        struct node **slot = index ? index_slot(index, child->key) : NULL;
        struct node *twin = index ? *slot : earlier(map, kept, child->key);
        if (twin) {
            take_place(twin, child);
            last->next = next;
            continue;
        }
        if (index)
            *slot = child;
        last = child;
        kept++;
    }
    map->count = kept;
    map->index = index;
    return true;
}

const struct node *node_get_span(const struct node *n, struct span key)
{
    if (!n || n->kind != NODE_MAP)
        return NULL;
    if (n->index)
        return *index_slot(n->index, key);
    for (const struct node *child = n->first; child; child = child->next)
        if (span_eq(child->key, key))
            return child;
    return NULL;
}

const struct node *node_get(const struct node *n, const char *key)
{
    return node_get_span(n, span_str(key));
}

static const struct node *list_item(const struct node *n, struct span index)
{
    uint64_t i;
    if (n->count == 0 || !span_u64(index, n->count - 1, &i))
        return NULL;
    const struct node *child = n->first;
    while (i-- > 0)
        child = child->next;
    return child;
}

/* The longest key at the front of *path that ends at a dot or at the end; *path moves past it. */
static const struct node *map_step(const struct node *n, struct span *path)
{
    for (size_t len = path->len; len > 0; len--) {
        if (len < path->len && path->at[len] != '.')
            continue;
        const struct node *child = node_get_span(n, span_first(*path, len));
        if (child) {
            *path = span_from(*path, len + 1);
            return child;
        }
    }
    return NULL;
}

const struct node *node_path(const struct node *n, struct span path)
{
    while (n && path.len) {
        if (n->kind == NODE_LIST) {
            n = list_item(n, span_cut(&path, '.'));
        } else {
            n = map_step(n, &path);
        }
    }
    return n;
}

struct span node_text(const struct node *n)
{
    return n && n->kind == NODE_TEXT ? n->text : SPAN_NONE;
}

static bool decimal_i64(struct span s, int64_t *ret)
{
    bool negative = s.len && s.at[0] == '-';
    uint64_t value;
    if (!span_u64(span_from(s, negative), (uint64_t)INT64_MAX + negative, &value))
        return false;
    *ret = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

bool node_i64(const struct node *n, int64_t *ret)
{
    if (n && n->kind == NODE_NUMBER && n->is_integer) {
        *ret = n->integer;
        return true;
    }
    return n && n->kind == NODE_TEXT && decimal_i64(n->text, ret);
}
