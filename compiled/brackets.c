/* Where the objects and lists of a JSON text begin and end; see moderation/readers/json/text.py. */
#include "arrays.h"

enum { DIGITS = 19 }; /* of an integer that may have more than 64 bits */
enum { OUTSIDE, STRING, ESCAPED };

typedef struct {
    Bytes raw;
    int64_t limit;
    Longs state; /* place, depth, where in a string, digits that were met in a row, whether DIGITS */
    Longs found;
} Brackets;

/* The place behind the string that goes on at `at`; its end may be behind the text's. */
static int64_t through_string(Bytes raw, int64_t at, int64_t *inside)
{
    for (; at < raw.rows; at++) {
        uint8_t byte = AT(raw, at);
        if (*inside == ESCAPED)
            *inside = STRING;
        else if (byte == '\\')
            *inside = ESCAPED;
        else if (byte == '"') {
            *inside = OUTSIDE;
            return at + 1;
        }
    }
    return at;
}

/* List the brackets outside of strings from where the last call ended, but for those that are
   deeper than `limit`; returns how many. It stops where `found` is full. */
static int64_t brackets_of(const Brackets *job)
{
    int64_t at = AT(job->state, 0), depth = AT(job->state, 1), inside = AT(job->state, 2);
    int64_t digits = AT(job->state, 3), count = 0;
    while (at < job->raw.rows && count < job->found.rows) {
        if (inside != OUTSIDE) {
            at = through_string(job->raw, at, &inside);
            continue;
        }
        uint8_t byte = AT(job->raw, at);
        digits = byte >= '0' && byte <= '9' ? digits + 1 : 0;
        if (digits >= DIGITS)
            AT(job->state, 4) = 1;
        if (byte == '"')
            inside = STRING;
        else if (byte == '{' || byte == '[') {
            if (depth <= job->limit)
                AT(job->found, count++) = at;
            depth++;
        } else if (byte == '}' || byte == ']') {
            depth = most(depth - 1, 0);
            if (depth <= job->limit)
                AT(job->found, count++) = at;
        }
        at++;
    }
    AT(job->state, 0) = at;
    AT(job->state, 1) = depth;
    AT(job->state, 2) = inside;
    AT(job->state, 3) = digits;
    return count;
}

ENTRY(brackets, Brackets)
