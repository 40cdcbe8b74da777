/* Exports of certificate transparency logs that the user brings (crt.sh's JSON, or objects of that
 * shape one a line): when a certificate, or one for the same name, was first seen by the public.
 *
 * The text is foreign: sizes, counts and depth are bounded, and a file that is wrong anywhere is
 * refused as a whole. Nothing is fetched. */
#ifndef AJAR_OWNER_SINCE_LOG_H
#define AJAR_OWNER_SINCE_LOG_H

#include "base/error.h"
#include "base/table.h"
#include "record/record.h"

enum {
    LOG_FILE_BYTES_MAX = 64 << 20,
    LOG_ENTRY_BYTES_MAX = 256 << 10,
    LOG_ENTRIES_MAX = 500000,
    LOG_NAMES_MAX = 2000000,
};

struct cert_log {
    struct arena *arena;
    struct table certificates; /* SHA-256, or serial and issuer -> struct moment */
    struct table names;        /* DNS name in lower case -> struct moment */
    size_t entries, name_count;
};

void cert_log_init(struct cert_log *l, struct arena *a, uint64_t seed);
/* Adds one file; may be called for several. `file` is for errors. */
bool cert_log_read(struct cert_log *l, const char *file, struct span text, struct error *e);
/* States ct.logged and ct.names_logged on an observation of a certificate. */
void cert_log_add_facts(const struct cert_log *l, struct observation *certificate);

#endif
