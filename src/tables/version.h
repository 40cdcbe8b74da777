/* Version strings as products write them, made comparable: plain dotted ones, dates, pre-releases,
 * patch letters, distribution packages and the builds of other vendors. Foreign text: nothing is
 * allocated, at most VERSION_TEXT_MAX bytes are looked at, and what is no version is refused. */
#ifndef AJAR_TABLES_VERSION_H
#define AJAR_TABLES_VERSION_H

#include "base/span.h"

enum { VERSION_PARTS_MAX = 8, VERSION_TEXT_MAX = 256 };

/* What stands behind the numbers, in the order in which it is released. */
enum version_stage {
    STAGE_SNAPSHOT, /* -SNAPSHOT, -dev, 18devel */
    STAGE_ALPHA,
    STAGE_MILESTONE, /* 9.0.0.M1, 5.3-m2 */
    STAGE_BETA,
    STAGE_RC, /* -rc1, ~rc0, -preview */
    STAGE_FINAL,
    STAGE_PATCH, /* a letter: OpenSSL 1.0.1f, ProFTPD 1.3.8d */
};

struct version {
    uint32_t number[VERSION_PARTS_MAX];
    size_t count; /* at least 1 */
    bool dated;   /* a date (MinIO's RELEASE.2023-03-20T20-16-18Z): year, month, day, h, m, s */
    enum version_stage stage;
    uint32_t stage_number; /* of rc2: 2; of a patch letter: its rank */
    uint32_t epoch;        /* of a Debian package */
    struct span revision;  /* of a Debian package, "1+deb11u2"; else empty */
    /* Static words or NULL. Who packaged it with fixes of its own under the old number ("Debian"),
     * and whose build it is if not the maker's ("Percona", "Amazon"). */
    const char *distribution, *vendor;
};

/* Reads a version out of what a product states as one ("v1.2", "Apache/2.4.57 (Debian)",
 * "5.5.5-10.11.19-MariaDB-0+deb12u1"). False where there is none. Spans point into `text`. */
bool version_parse(struct span text, struct version *ret);

/* The same for the facts `version` and `version.full` (may be empty) of a product, which decides
 * what counts as another vendor's build. */
bool version_of(const char *product, struct span text, struct span full, struct version *ret);

/* Looks for marks of a distribution or a vendor in further text about the same version, such as
 * the fact version.full; sets what was not known yet. */
void version_marks(struct version *v, struct span text);

/* <0, 0, >0. Parts that one lacks count as 0. Epoch and revision only count where both have a
 * revision (Debian Policy 5.6.12). */
int version_compare(const struct version *a, const struct version *b);

/* Whether the numbers of `cycle` are the first ones of `v`: 7.17 of 7.17.9, never 7.1 of 7.17. */
bool version_begins(const struct version *v, const struct version *cycle);

#endif
