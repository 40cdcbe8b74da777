/* What every unit test includes, in the order that cmocka asks for. */
#ifndef AJAR_TEST_CHECK_H
#define AJAR_TEST_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
