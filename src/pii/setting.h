/* Passwords and keys in settings: "DB_PASSWORD=...", "api_key: '...'", define('DB_PASSWORD', '...'). */
#ifndef AJAR_PII_SETTING_H
#define AJAR_PII_SETTING_H

#include "pii/detectors.h"

/* The name of the setting ends, or nearly so, in the `n` bytes at `at` of the text. Returns the bytes up to the
 * end of its value and marks `type` where that is a secret of its own: no reference (${X}, vault:, ENC[), no
 * placeholder, no expression, and of a form that passwords and keys have. 0 where nothing is set. */
size_t setting_value(struct span text, size_t at, size_t n, unsigned type, struct pii_marks *m);

#endif
