/* The shape of the file: one step a version, applied in order, none ever edited after it shipped. */
#ifndef AJAR_STORE_SCHEMA_H
#define AJAR_STORE_SCHEMA_H

/* Step i brings a file from version i to version i + 1. */
extern const char *const SCHEMA_STEPS[];
extern const int SCHEMA_VERSION;
/* "ajar" as a number, in the file's header: another program's file is not touched. */
enum { SCHEMA_APPLICATION = 0x616a6172 };

#endif
