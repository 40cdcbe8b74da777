#include "keep/enrich.h"

#include <stdio.h>

#include "base/file.h"
#include "base/random.h"
#include "owner/names.h"
#include "owner/registry.h"
#include "owner/since_log.h"

struct enrichment {
    struct enrich_sources from;
    struct registry *registries[ENRICH_FILES_MAX];
    struct name_book names;
    struct cert_log log;
};

static bool read_names(struct enrichment *n, struct arena *a, struct error *e)
{
    struct span text;
    const char *path = n->from.names;
    return !path || (file_read_or_stdin(a, path, NAMES_FILE_BYTES_MAX, &text, e) &&
                     name_book_read(&n->names, a, path, text, e));
}

/* The file's own bytes are not kept. */
static bool read_log(struct enrichment *n, const char *path, struct error *e)
{
    struct arena a;
    struct span text;
    arena_init(&a, 4ul * LOG_FILE_BYTES_MAX);
    bool ok = file_read_or_stdin(&a, path, LOG_FILE_BYTES_MAX, &text, e) && cert_log_read(&n->log, path, text, e);
    arena_release(&a);
    return ok;
}

struct enrichment *enrich_open(const struct enrich_sources *s, struct arena *a, struct error *e)
{
    struct enrichment *n = ARENA_NEW(a, struct enrichment);
    if (!n) {
        error_set(e, "not enough memory for names of owners");
        return NULL;
    }
    n->from = *s;
    sightings_sort(n->from.sightings, n->from.sighting_count);
    cert_log_init(&n->log, a, random_seed());
    bool ok = read_names(n, a, e);
    for (size_t i = 0; ok && i < s->log_count; i++)
        ok = read_log(n, s->logs[i], e);
    for (size_t i = 0; ok && i < s->registry_count; i++)
        ok = (n->registries[i] = registry_open(s->registries[i], e)) != NULL;
    if (ok)
        return n;
    enrich_close(n);
    return NULL;
}

void enrich_close(struct enrichment *n)
{
    for (size_t i = 0; n && i < n->from.registry_count; i++)
        if (n->registries[i])
            registry_close(n->registries[i]);
}

static void add(struct observation *o, const char *key, struct span text)
{
    if (text.len)
        fact_text(o, key, text, NULL, SPAN_NONE);
}

static void add_scope(const struct enrichment *n, const struct endpoint *e, struct observation *o)
{
    struct scope_words words = { .owner = NULL };
    if (!n->from.scope || !n->from.scope(n->from.self, e, &words))
        return;
    add(o, "scope.owner", span_str(words.scope_owner));
    add(o, "tag.owner", span_str(words.owner));
    add(o, "tag.tier", span_str(words.tier));
    add(o, "tag.contact", span_str(words.contact));
    for (size_t i = 0; i < words.tag_count; i++) {
        const char *key = arena_printf(o->arena, "tag.%s", words.tags[i].key);
        if (key)
            add(o, key, span_str(words.tags[i].value));
    }
}

/* Since when others see it, and until when; by whom: those who say so, each once. */
static void add_sightings(const struct enrichment *n, const struct endpoint *e, struct observation *o)
{
    size_t len;
    const struct sighting *s = sightings_at(n->from.sightings, n->from.sighting_count, e, &len);
    if (!s)
        return;
    fact_time(o, "outside.first", s[0].at_ms, NULL, SPAN_NONE);
    fact_time(o, "outside.last", s[len - 1].at_ms, NULL, SPAN_NONE);
    const char *other = NULL;
    for (size_t i = 1; i < len && !other; i++)
        other = strcmp(s[i].who, s[0].who) != 0 ? s[i].who : NULL;
    add(o, "outside.by", span_str(other ? arena_printf(o->arena, "%s, %s", s[0].who, other) : s[0].who));
}

/* A database that turns out to be damaged is told of once, and left alone from then on. */
static void add_registry(struct enrichment *n, size_t i, const struct address *a, struct observation *o)
{
    struct registry_entry entry;
    char sentence[300];
    bool broken = false;
    if (!n->registries[i])
        return;
    if (registry_find(n->registries[i], a, &entry, &broken)) {
        add(o, "registry.country", entry.country);
        add(o, "registry.organisation", entry.organisation);
        if (entry.asn)
            fact_number(o, "registry.asn", entry.asn, NULL, SPAN_NONE);
    }
    if (!broken)
        return;
    snprintf(sentence, sizeof(sentence), "--mmdb %s: is damaged; it is not asked any more",
             registry_path(n->registries[i]));
    n->from.say(n->from.self, sentence);
    registry_close(n->registries[i]);
    n->registries[i] = NULL;
}

void enrich_visit(struct enrichment *n, struct visit *v)
{
    const struct endpoint *e = &v->endpoint;
    for (size_t i = 0; n && i < v->observations.len; i++) {
        struct observation *o = &v->observations.at[i];
        add_scope(n, e, o);
        add_sightings(n, e, o);
        add(o, "given.name", span_str(name_book_find(&n->names, &e->address)));
        for (size_t k = 0; k < n->from.registry_count; k++)
            add_registry(n, k, &e->address, o);
        cert_log_add_facts(&n->log, o);
    }
}
