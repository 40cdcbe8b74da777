/* The door of this room for the rest of Ajar: the same interface that the library has. */
#ifndef AJAR_PII_PII_H
#define AJAR_PII_PII_H

#include "ajar/pii.h"

#endif
