/* JSON into nodes, by way of jansson: this is the only file that knows it.
 *
 * jansson recurses with the depth of the document and takes several times its size in memory, so
 * a scan over the raw bytes first bounds both: depth at JSON_DEPTH_MAX, and the number of values
 * at what the arena can still hold as nodes. The scan only counts; whether the text is JSON at
 * all is for jansson to say. */
#include "text/node.h"

#include <jansson.h>

/* Beyond 2^53 a double no longer holds every whole number. */
static const double EXACT_MAX = 9007199254740992.0;

struct shape {
    size_t values, depth; /* upper bound of the values, deepest nesting */
};

/* Counts brackets and commas outside of strings. */
static struct shape measure(struct span text)
{
    struct shape s = { .values = 1 };
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.at[i];
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            s.values++;
            if (++depth > s.depth)
                s.depth = depth;
        } else if (c == ']' || c == '}') {
            depth -= depth > 0;
        } else if (c == ',') {
            s.values++;
        }
    }
    return s;
}

static bool refuse(struct span text, const struct arena *a, struct error *e)
{
    if (text.len > JSON_BYTES_MAX)
        return error_set(e, "JSON of more than %d bytes", JSON_BYTES_MAX);
    /* No JSON holds a raw NUL, but the reader's look-ahead loses one that follows a number. */
    if (span_index(text, 0) != text.len)
        return error_set(e, "not JSON: a NUL byte");
    struct shape s = measure(text);
    if (s.depth > JSON_DEPTH_MAX)
        return error_set(e, "JSON nested deeper than %d levels", JSON_DEPTH_MAX);
    if (s.values > a->max / sizeof(struct node))
        return error_set(e, "JSON with more values than there is memory for");
    return true;
}

static void set_real(struct node *n, double value)
{
    n->kind = NODE_NUMBER;
    n->real = value;
    if (value >= -EXACT_MAX && value <= EXACT_MAX && (double)(int64_t)value == value) {
        n->is_integer = true;
        n->integer = (int64_t)value;
    }
}

static struct node *map_value(struct arena *a, json_t *j);

static void append(struct node *parent, struct node **last, struct node *child)
{
    if (*last)
        (*last)->next = child;
    else
        parent->first = child;
    *last = child;
    parent->count++;
}

static bool map_list(struct arena *a, json_t *j, struct node *n)
{
    struct node *last = NULL;
    for (size_t i = 0; i < json_array_size(j); i++) {
        struct node *child = map_value(a, json_array_get(j, i));
        if (!child)
            return false;
        append(n, &last, child);
    }
    return true;
}

static bool map_members(struct arena *a, json_t *j, struct node *n)
{
    struct node *last = NULL;
    for (void *at = json_object_iter(j); at; at = json_object_iter_next(j, at)) {
        struct node *child = map_value(a, json_object_iter_value(at));
        if (!child)
            return false;
        struct span key = span_of(json_object_iter_key(at), json_object_iter_key_len(at));
        child->key = arena_copy(a, key);
        if (child->key.len != key.len)
            return false;
        append(n, &last, child);
    }
    return true;
}

static bool map_text(struct arena *a, json_t *j, struct node *n)
{
    n->kind = NODE_TEXT;
    n->text = arena_copy(a, span_of(json_string_value(j), json_string_length(j)));
    return n->text.len == json_string_length(j);
}

/* Recurses at most JSON_DEPTH_MAX deep: refuse() has seen to that. NULL where the arena is full. */
static struct node *map_value(struct arena *a, json_t *j)
{
    struct node *n = ARENA_NEW(a, struct node);
    if (!n)
        return NULL;
    switch (json_typeof(j)) {
    case JSON_OBJECT: n->kind = NODE_MAP; return map_members(a, j, n) ? n : NULL;
    case JSON_ARRAY: n->kind = NODE_LIST; return map_list(a, j, n) ? n : NULL;
    case JSON_STRING: return map_text(a, j, n) ? n : NULL;
    case JSON_INTEGER:
        n->kind = NODE_NUMBER;
        n->is_integer = true;
        n->integer = json_integer_value(j);
        n->real = (double)n->integer;
        return n;
    case JSON_REAL: set_real(n, json_real_value(j)); return n;
    case JSON_TRUE:
    case JSON_FALSE:
        n->kind = NODE_BOOL;
        n->integer = json_is_true(j);
        return n;
    case JSON_NULL: n->kind = NODE_NULL; return n;
    }
    return NULL;
}

void json_init(uint64_t seed)
{
    json_object_seed((size_t)(seed | 1));
}

struct node *json_parse(struct arena *a, struct span text, struct error *e)
{
    if (!refuse(text, a, e))
        return NULL;
    const char *bytes = text.len ? (const char *)text.at : "";
    json_error_t why;
    size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
    json_t *j = json_loadb(bytes, text.len, flags, &why);
    if (!j && json_error_code(&why) == json_error_numeric_overflow)
        j = json_loadb(bytes, text.len, flags | JSON_DECODE_INT_AS_REAL, &why);
    if (!j) {
        error_set(e, "not JSON: line %d, column %d", why.line, why.column);
        return NULL;
    }
    struct node *n = map_value(a, j);
    json_decref(j);
    if (!n)
        error_set(e, "not enough memory for a JSON document of %zu bytes", text.len);
    return n;
}
