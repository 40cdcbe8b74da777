/* The slot of a literal's first three bytes in detectors.literal_heads. */
#ifndef AJAR_PII_LITERALS_H
#define AJAR_PII_LITERALS_H

#include <stdint.h>

unsigned literal_slot(const uint8_t *s);

#endif
