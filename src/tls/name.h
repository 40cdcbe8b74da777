/* A distinguished name as text, RFC 4514; shared by the room's files. */
#ifndef AJAR_TLS_NAME_H
#define AJAR_TLS_NAME_H

#include <openssl/x509.h>

#include "record/record.h"

/* States it as a fact, cut at 1024 bytes. */
void tls_name_fact(struct observation *o, const char *key, const X509_NAME *name, const char *ask);

#endif
