/* Telephone numbers with the code of their country (ITU-T E.164). */
#ifndef AJAR_PII_CALLING_H
#define AJAR_PII_CALLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* n digits, the code of a country first: is it one that has been given out, and has the number a length
 * that numbers of that country have? */
bool calling_number(const uint8_t *s, size_t n);

#endif
