/* The file is foreign: the library checks offsets as it walks, and what it calls corrupt is told to
 * the caller. Two families of layouts are known: MaxMind's own (also DB-IP's) with nested names, and
 * flat ones (IPinfo's). */
#include "owner/registry.h"

#include <maxminddb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

struct registry {
    MMDB_s db;
    char *path;
};

enum { TEXT_BYTES_MAX = 200, COUNTRY_BYTES_MAX = 3 };

static bool is_corrupt(int status)
{
    return status == MMDB_CORRUPT_SEARCH_TREE_ERROR || status == MMDB_INVALID_DATA_ERROR ||
           status == MMDB_UNKNOWN_DATABASE_FORMAT_ERROR || status == MMDB_INVALID_NODE_NUMBER_ERROR;
}

static bool look_up(struct registry *r, const struct address *a, MMDB_lookup_result_s *ret,
                    bool *ret_broken)
{
    struct sockaddr_storage to = { 0 };
    int status = MMDB_SUCCESS;
    if (a->family == 4) {
        struct sockaddr_in *v4 = (struct sockaddr_in *)&to;
        v4->sin_family = AF_INET;
        memcpy(&v4->sin_addr, a->bytes, 4);
    } else {
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&to;
        v6->sin6_family = AF_INET6;
        memcpy(&v6->sin6_addr, a->bytes, 16);
    }
    *ret = MMDB_lookup_sockaddr(&r->db, (struct sockaddr *)&to, &status);
    *ret_broken = is_corrupt(status);
    return status == MMDB_SUCCESS && ret->found_entry;
}

struct registry *registry_open(const char *path, struct error *e)
{
    struct registry *r = calloc(1, sizeof(*r));
    char *kept = r ? strdup(path) : NULL;
    int status = kept ? MMDB_open(path, MMDB_MODE_MMAP, &r->db) : MMDB_OUT_OF_MEMORY_ERROR;
    if (status != MMDB_SUCCESS) {
        error_set(e, "%.200s: %s", path,
                  status == MMDB_FILE_OPEN_ERROR ? "cannot be opened"
                  : status == MMDB_OUT_OF_MEMORY_ERROR || status == MMDB_IO_ERROR
                      ? MMDB_strerror(status)
                      : "is no database in MaxMind's format, or a damaged one");
        free(kept);
        free(r);
        return NULL;
    }
    r->path = kept;
    /* A file that is damaged all over is refused here and not in the middle of a scan. */
    struct address probe = { .family = 4 };
    struct registry_entry entry;
    bool broken = false;
    for (unsigned first = 1; first < 224 && !broken; first++) {
        probe.bytes[0] = (uint8_t)first;
        probe.bytes[3] = 1;
        registry_find(r, &probe, &entry, &broken);
    }
    if (broken) {
        error_set(e, "%.200s: is damaged: it contradicts itself", path);
        registry_close(r);
        return NULL;
    }
    return r;
}

void registry_close(struct registry *r)
{
    if (!r)
        return;
    MMDB_close(&r->db);
    free(r->path);
    free(r);
}

const char *registry_path(const struct registry *r)
{
    return r->path;
}

static bool value_at(MMDB_lookup_result_s *found, const char *const *path, MMDB_entry_data_s *ret,
                     bool *ret_broken)
{
    int status = MMDB_aget_value(&found->entry, ret, path);
    *ret_broken |= is_corrupt(status);
    return status == MMDB_SUCCESS && ret->has_data;
}

/* The first of several places (NULL-ended paths) that holds a text. */
static struct span text_at(MMDB_lookup_result_s *found, const char *const (*paths)[3], size_t count,
                           size_t max, bool *ret_broken)
{
    for (size_t i = 0; i < count; i++) {
        MMDB_entry_data_s data;
        if (value_at(found, paths[i], &data, ret_broken) && data.type == MMDB_DATA_TYPE_UTF8_STRING &&
            data.data_size)
            return span_first(span_of(data.utf8_string, data.data_size), max);
    }
    return SPAN_NONE;
}

static int64_t asn_of(MMDB_lookup_result_s *found, bool *ret_broken)
{
    static const char *const NUMBER[] = { "autonomous_system_number", NULL };
    static const char *const TEXT[][3] = { { "asn" }, { "as_number" } };
    MMDB_entry_data_s data;
    uint64_t n = 0;
    if (value_at(found, NUMBER, &data, ret_broken) && data.type == MMDB_DATA_TYPE_UINT32)
        return data.uint32;
    struct span text = text_at(found, TEXT, 2, 16, ret_broken);
    if (span_starts(text, SPAN("AS")))
        text = span_from(text, 2);
    return span_u64(text, UINT32_MAX, &n) ? (int64_t)n : 0;
}

bool registry_find(struct registry *r, const struct address *a, struct registry_entry *ret,
                   bool *ret_broken)
{
    static const char *const COUNTRY[][3] = { { "country", "iso_code" },
                                              { "registered_country", "iso_code" },
                                              { "country_code" },
                                              { "country" } };
    static const char *const WHO[][3] = { { "autonomous_system_organization" },
                                          { "as_name" },
                                          { "organization" },
                                          { "isp" } };
    MMDB_lookup_result_s found;
    *ret = (struct registry_entry){ .asn = 0 };
    if (!look_up(r, a, &found, ret_broken))
        return false;
    ret->country = text_at(&found, COUNTRY, 4, COUNTRY_BYTES_MAX, ret_broken);
    ret->organisation = text_at(&found, WHO, 4, TEXT_BYTES_MAX, ret_broken);
    ret->asn = asn_of(&found, ret_broken);
    return !*ret_broken && (ret->country.len || ret->organisation.len || ret->asn);
}
