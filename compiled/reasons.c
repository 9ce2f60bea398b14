/* Why comments are flagged, as JSON; see moderation/flags/why_json.py. */
#include <math.h>

#include "arrays.h"

enum { DIGITS = 4, UNIT = 10000 }; /* behind the point */

typedef struct {
    Bytes letters;
    Longs begin;
} Joined;

typedef struct {
    Longs begin;
    Ints start, end;
    Doubles shares, dense; /* dense: (comments, features * labels) */
    Doubles start_logit;
    Doubles values, limits;
    Bytes passed;
    Longs columns;
    Joined keys, names, given;
    double small;
    Bytes out;
    Longs ends;
} Reasons;

/* Where the JSON goes. */
typedef struct {
    Bytes out;
    int64_t at;
} Writer;

static inline void put(Writer *to, char letter)
{
    AT(to->out, to->at) = (uint8_t)letter;
    to->at++;
}

static void put_text(Writer *to, const char *text)
{
    for (; *text; text++)
        put(to, *text);
}

static void put_piece(Writer *to, const Joined *pieces, int64_t piece)
{
    int64_t end = AT(pieces->begin, piece + 1);
    for (int64_t k = AT(pieces->begin, piece); k < end; k++)
        put(to, (char)AT(pieces->letters, k));
}

/* Write a number of 0 or more. */
static void put_integer(Writer *to, int64_t number)
{
    char digits[20];
    int size = 0;
    do {
        digits[size++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (size > 0)
        put(to, digits[--size]);
}

/* Write a number rounded to DIGITS, as `repr` does: without zeros at its end but the first. */
static void put_share(Writer *to, double share)
{
    int64_t units = (int64_t)rint(fabs(share) * UNIT);
    if (share < 0)
        put(to, '-');
    put_integer(to, units / UNIT);
    put(to, '.');
    int64_t rest = units % UNIT;
    for (int64_t unit = UNIT / 10; unit > 0; unit /= 10) {
        put(to, (char)('0' + rest / unit));
        rest %= unit;
        if (rest == 0)
            break;
    }
}

/* Write the spans that carry `small` or more; returns the sum of the others. */
static double put_spans(Writer *to, const Reasons *job, int64_t row, int64_t column)
{
    double rest = 0;
    int64_t opened = to->at, last = AT(job->begin, row + 1);
    for (int64_t span = AT(job->begin, row); span < last; span++) {
        double share = CELL(job->shares, span, column);
        if (fabs(share) < job->small) {
            rest += share;
            continue;
        }
        put_text(to, to->at > opened ? ",[" : "[");
        put_integer(to, AT(job->start, span));
        put(to, ',');
        put_integer(to, AT(job->end, span));
        put(to, ',');
        put_share(to, share);
        put(to, ']');
    }
    return rest;
}

/* Write the dense features that carry something, and last the small spans. */
static void put_features(Writer *to, const Reasons *job, int64_t row, int64_t column, double rest)
{
    int64_t opened = to->at, labels = job->start_logit.rows;
    int64_t features = job->names.begin.rows - 2;
    for (int64_t k = 0; k <= features; k++) {
        double share = k < features ? CELL(job->dense, row, k * labels + column) : rest;
        if (share == 0 || (k < features && rint(fabs(share) * UNIT) == 0))
            continue;
        if (to->at > opened)
            put(to, ',');
        put_piece(to, &job->names, k);
        put_share(to, share);
    }
}

/* Write the reason of one label. */
static void put_reason(Writer *to, const Reasons *job, int64_t row, int64_t head)
{
    int64_t column = AT(job->columns, head);
    put_piece(to, &job->keys, head);
    if (column < 0) {
        put_piece(to, &job->given, row * job->passed.columns + head);
        return;
    }
    put_text(to, "{\"score\":");
    put_share(to, CELL(job->values, row, head));
    put_text(to, ",\"threshold\":");
    put_share(to, AT(job->limits, head));
    put_text(to, ",\"intercept\":");
    put_share(to, AT(job->start_logit, column));
    put_text(to, ",\"spans\":[");
    double rest = put_spans(to, job, row, column);
    put_text(to, "],\"features\":{");
    put_features(to, job, row, column, rest);
    put_text(to, "}}");
}

/* Fill `out` with the JSON, row behind row, and `ends[1:]` with where each ends. */
static int64_t write_reasons_of(Reasons *job)
{
    Writer to = {job->out, 0};
    for (int64_t row = 0; row < job->passed.rows; row++) {
        put(&to, '{');
        int64_t first = to.at;
        for (int64_t head = 0; head < job->passed.columns; head++) {
            if (!CELL(job->passed, row, head))
                continue;
            if (to.at > first)
                put(&to, ',');
            put_reason(&to, job, row, head);
        }
        put(&to, '}');
        AT(job->ends, row + 1) = to.at;
    }
    return to.at;
}
ENTRY(write_reasons, Reasons)
