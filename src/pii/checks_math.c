/* Arithmetic that validators of several countries share. */
#include "pii/checks.h"

bool date_valid(int year, int month, int day)
{
    static const int8_t DAYS[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    if (month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= DAYS[month - 1] + (month == 2 && leap);
}

uint64_t digits_value(const uint8_t *s, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (uint64_t)digit_of(s[i]);
    return value;
}

int digits_int(const uint8_t *s, size_t n)
{
    int value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + digit_of(s[i]);
    return value;
}

bool digits_all_equal(const uint8_t *s, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (s[i] != s[0])
            return false;
    return true;
}

bool digits_typed(const uint8_t *s, size_t n)
{
    bool up = true, down = true;
    for (size_t i = 1; i < n; i++) {
        int step = (s[i] - s[i - 1] + 10) % 10;
        up = up && step == 1;
        down = down && step == 9;
    }
    return up || down || digits_all_equal(s, n);
}

bool check_luhn(const uint8_t *s, size_t n)
{
    static const uint8_t DOUBLED[] = { 0, 2, 4, 6, 8, 1, 3, 5, 7, 9 };
    int sum = 0;
    bool twice = false;
    for (size_t i = n; i > 0; i--, twice = !twice)
        sum += twice ? DOUBLED[digit_of(s[i - 1])] : digit_of(s[i - 1]);
    return sum % 10 == 0;
}

int weighted(const uint8_t *s, const int8_t *weights, size_t n)
{
    int sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += digit_of(s[i]) * weights[i];
    return sum;
}
