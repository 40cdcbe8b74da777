/* The key of a label is its name and its path with a NUL between them, which neither can hold. */
#include "target/label.h"

#include "record/record.h"

void labels_init(struct labels *l, struct arena *a)
{
    *l = (struct labels){ .arena = a };
    table_init(&l->table, a, 0);
}

enum { KEY_BYTES = ENDPOINT_NAME_MAX + 1 + ENDPOINT_PATH_MAX };

static struct span key_of(const char *name, const char *path, uint8_t room[static KEY_BYTES])
{
    struct span one = span_first(span_str(name), ENDPOINT_NAME_MAX),
                two = span_first(span_str(path), ENDPOINT_PATH_MAX);
    if (one.len)
        memcpy(room, one.at, one.len);
    room[one.len] = 0;
    if (two.len)
        memcpy(room + one.len + 1, two.at, two.len);
    return span_of(room, one.len + 1 + two.len);
}

const struct label *labels_find(const struct labels *l, const char *name, const char *path)
{
    uint8_t room[KEY_BYTES];
    return table_get(&l->table, key_of(name, path, room));
}

bool labels_intern(struct labels *l, const char *name, const char *path, const struct label **ret)
{
    uint8_t room[KEY_BYTES];
    struct span key = key_of(name, path, room);
    *ret = NULL;
    if ((!name && !path) || (*ret = table_get(&l->table, key)))
        return true;
    struct label *new = ARENA_NEW(l->arena, struct label);
    struct span kept = arena_copy(l->arena, key);
    if (!new || kept.len == 0 || !table_put(&l->table, kept, new))
        return false;
    *new = (struct label){ name, path, ++l->count };
    *ret = new;
    return true;
}
