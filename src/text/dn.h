/* Distinguished names as text (RFC 4514, and the quotes of RFC 1779): "CN=a\, b,O=Example". */
#ifndef AJAR_TEXT_DN_H
#define AJAR_TEXT_DN_H

#include "base/buf.h"

/* Appends the value of the first common name (CN or 2.5.4.3), escapes undone: foreign bytes. Nothing
 * where there is none. A value in hexadecimal DER ("#04...") stays as it is written. */
void dn_common_name(struct buf *out, struct span dn);

#endif
