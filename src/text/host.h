/* Names of hosts, as text. */
#ifndef AJAR_TEXT_HOST_H
#define AJAR_TEXT_HOST_H

#include "base/span.h"

enum { HOST_NAME_MAX_BYTES = 253 };

/* Whether it is a DNS name as hosts have: 1 to 253 bytes of letters, digits, - and _ in labels of at
 * most 63, with or without a last dot. */
bool host_name_ok(struct span name);

#endif
