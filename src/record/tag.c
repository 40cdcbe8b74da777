#include "record/tag.h"

#include <stdio.h>

bool tag_key_ok(struct span word)
{
    for (size_t i = 0; i < word.len; i++)
        if (!ascii_is_digit(word.at[i]) && word.at[i] != '-' && word.at[i] != '_' &&
            !(word.at[i] >= 'a' && word.at[i] <= 'z'))
            return false;
    return word.len > 0 && word.len <= TAG_KEY_MAX;
}

bool tag_filter_add(struct arena *a, struct tag_filter *f, const char *text, struct error *e)
{
    struct span value = span_str(text), key = span_cut(&value, '=');
    if (!tag_key_ok(key) || value.len == 0 || value.len > TAG_VALUE_MAX)
        return error_set(e, "--tag %.80s: write a key of a-z, 0-9, - and _, and its value, as in env=prod", text);
    if (f->list.len == TAGS_MAX)
        return error_set(e, "--tag: at most %d may be named", TAGS_MAX);
    struct tag *t = list_add(a, &f->list);
    if (t)
        *t = (struct tag){ arena_str(a, key), arena_str(a, value) };
    return (t && t->key && t->value) || error_set(e, "no memory for a tag");
}

bool tag_filter_passes(const struct tag_filter *f, struct span (*value_of)(const void *self, const char *key),
                       const void *self)
{
    for (size_t i = 0; i < f->list.len; i++) {
        const char *key = f->list.at[i].key;
        bool one = false;
        for (size_t k = 0; k < f->list.len && !one; k++)
            one = strcmp(f->list.at[k].key, key) == 0 &&
                  span_eq(value_of(self, key), span_str(f->list.at[k].value));
        if (!one)
            return false;
    }
    return true;
}

static struct span value_in_facts(const void *self, const char *key)
{
    char name[FACT_KEY_MAX];
    (void)snprintf(name, sizeof(name), "tag.%s", key);
    return fact_get_text(self, name);
}

bool tag_filter_sees(const struct tag_filter *f, const struct observation *o)
{
    return tag_filter_passes(f, value_in_facts, o);
}
