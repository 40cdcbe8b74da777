/* One document model for JSON, YAML and XML: a tree of nodes in an arena. Strings are spans with a
 * known length; a JSON string may hold NUL bytes. */
#ifndef AJAR_TEXT_NODE_H
#define AJAR_TEXT_NODE_H

#include "base/arena.h"
#include "base/error.h"

enum node_kind { NODE_NULL, NODE_BOOL, NODE_NUMBER, NODE_TEXT, NODE_LIST, NODE_MAP };

struct node {
    enum node_kind kind;
    unsigned line;    /* YAML: 1-based; JSON: 0 */
    struct span key;  /* inside a map */
    struct span text; /* NODE_TEXT; in YAML also the written form of every scalar */
    double real;      /* NODE_NUMBER */
    int64_t integer;  /* NODE_NUMBER: exact where is_integer, else 0; NODE_BOOL: 0 or 1 */
    bool is_integer;
    bool cut;           /* a list or map whose end was not read: there may be more in it */
    size_t count;       /* children of a list or map */
    struct node *first; /* child */
    struct node *next;  /* sibling */
    const struct node_index *index; /* JSON: a large map's children by key, or NULL */
};

enum {
    JSON_BYTES_MAX = 4 * 1024 * 1024,
    JSON_DEPTH_MAX = 64,
    XML_DEPTH_MAX = 32,
    YAML_BYTES_MAX = 1024 * 1024,
    YAML_DEPTH_MAX = 32
};

/* Parses one JSON text (RFC 8259), strictly UTF-8, depth and size bounded; the nodes hold copies.
 * NULL and an error where it is none. A string may hold NUL bytes, a key may not; of two equal keys
 * the later wins. Where an integer is beyond int64, all of the document's integers become reals
 * (exact up to 2^53). Reals without a fraction up to 2^53 count as integers. */
struct node *json_parse(struct arena *a, struct span text, struct error *e);

enum json_end {
    JSON_NONE,  /* no JSON, or nothing of it that is whole */
    JSON_WHOLE, /* one value, and what follows it */
    JSON_CUT,   /* the text ended, or the ceiling was met, before the value did */
};

/* Reads the JSON value at the front of a foreign text, or as much of it as there is: at most
 * *values_left values, less which it is when this returns. Of a value that is cut
 * (one nested deeper than JSON_DEPTH_MAX as well), whole scalars stay, and the lists and maps that were
 * still open are marked; brackets without a scalar in them are none.
 * *ret_rest is what follows a whole value, without the white space before it. The nodes point into
 * `text`, which must live as long as they. Costs time in proportion to the text. */
struct node *json_front(struct arena *a, struct span text, size_t *values_left,
                        enum json_end *ret_end, struct span *ret_rest);

/* Reads the XML document at the front of a foreign text in the same way, as a map of one child, its outermost
 * element. An element is a map of its attributes and elements, in their order, by their names without a prefix;
 * of equal names each stands there, and a look-up finds the first. One without either is its text; one without
 * anything an empty map. What has a document type (an HTML page) is none. The nodes point into `text`. */
struct node *xml_front(struct arena *a, struct span text, size_t *values_left, enum json_end *ret_end,
                       struct span *ret_rest);

/* Indexes the children of a large map, so that node_get() need not walk them; keyed, so that foreign
 * keys cannot make it slow. Of two equal keys the later value stays, at the place of the earlier.
 * False where the arena is full. */
bool node_index_map(struct arena *a, struct node *map);
/* Parses one YAML document (scalars, lists, maps; no anchors, no tags, no second document).
 * Errors name the line. A key that stands twice in
 * a map is an error. Plain true/false, null/~ and numbers are typed; quoted ones are text. */
struct node *yaml_parse(struct arena *a, struct span text, struct error *e);
/* The same; the line stands in *ret_line (0: none is to blame) and not in the sentence. */
struct node *yaml_parse_lines(struct arena *a, struct span text, unsigned *ret_line, struct error *e);

/* The child of a map, or NULL; also where n is NULL or no map. */
const struct node *node_get(const struct node *n, const char *key);
const struct node *node_get_span(const struct node *n, struct span key);
/* Walks "a.b.0.c": keys and list indexes. A key that holds dots is tried longest first. */
const struct node *node_path(const struct node *n, struct span path);
/* The text, or an empty span where n is no text. */
struct span node_text(const struct node *n);
/* A whole number given as number or as decimal text ("1234", as Elasticsearch's _cat writes
 * it). False where it is neither. */
bool node_i64(const struct node *n, int64_t *ret);

#endif
