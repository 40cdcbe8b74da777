/* Base paths that a page names: where its scripts lie, what it tells its own scripts. */
#ifndef AJAR_HTTP_LINKS_H
#define AJAR_HTTP_LINKS_H

#include "base/span.h"

enum { LINKS_SEARCH_MAX = 128 * 1024, LINKS_MAX = 64, LINK_BASES_MAX = 3 };

/* Paths (as written, of any depth) that may be or begin with the base path of the application that
 * the page belongs to, the surest first: <base href>; what a page tells its scripts ("basePath",
 * "hashRoute", ...); the directory that all its scripts and style sheets share, up to one that is
 * named as such (static, assets, ...). Only from the first LINKS_SEARCH_MAX bytes; in one pass. `host`
 * as sent. Returns how many; they point into `page`. */
size_t page_bases(struct span page, struct span host, struct span ret[LINK_BASES_MAX]);

#endif
