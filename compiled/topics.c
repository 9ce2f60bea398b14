/* How likely two texts are about one topic; see moderation/context/topics.py. */
#include <math.h>

#include "arrays.h"

ARRAY(Signed, int8_t);

enum {
    HEAD = 0, /* columns of `out`: topics.TARGETS */
    REPLIES = 1,
    THREAD = 2,
    AHEAD = 8, /* words whose vectors are fetched before they are needed */
    LANES = 8, /* sums at a time */
};
static const double SPREAD = 0.03, MOST_WORDS = 100.0; /* topics.SPREAD, MOST */

typedef struct {
    Ints ids;      /* buckets of the words of all texts: by thread its comments, title, article */
    Longs begin;   /* where those of each text begin */
    Longs bounds;  /* (threads + 1,) rows of the comments */
    Longs parents; /* row of each comment's parent, -1 = top level */
    Ints row_of;   /* by bucket: row of the vector, -1 = none */
    Signed vectors;
    Ints squares; /* of the vectors' lengths */
    double usual; /* mean of these */
    Floats out;
} Topics;

/* The sum of a text's vectors, its square, and the sum of their squares. */
typedef struct {
    Ints sum;
    double square, words;
} Text;

/* The same of several texts. All are whole numbers, so that no order of texts changes them. */
typedef struct {
    Doubles sum;
    double square, words;
} Target;

/* Sum up a term for each k, LANES at a time: in the same order on every processor. */
#define SUM_OF(size, term)                                           \
    double sums[LANES] = {0};                                        \
    const int64_t even = (size) - (size) % LANES;                    \
    for (int64_t from = 0; from < even; from += LANES)               \
        for (int lane = 0; lane < LANES; lane++) {                   \
            const int64_t k = from + lane;                           \
            sums[lane] += (term);                                    \
        }                                                            \
    for (int64_t k = even; k < (size); k++)                          \
        sums[k - even] += (term);                                    \
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]))

static double dot(Ints a, Doubles b) { SUM_OF(a.rows, (double)AT(a, k) * AT(b, k)); }

static double square_of(Ints a) { SUM_OF(a.rows, (double)AT(a, k) * (double)AT(a, k)); }

static double square_of_sum(Doubles a) { SUM_OF(a.rows, AT(a, k) * AT(a, k)); }

static void clear(Target *target)
{
    for (int64_t k = 0; k < target->sum.rows; k++)
        AT(target->sum, k) = 0;
    target->words = 0;
}

static void add(Target *to, const Text *from)
{
    for (int64_t k = 0; k < to->sum.rows; k++)
        AT(to->sum, k) += (double)AT(from->sum, k);
    to->words += from->words;
}

/* Sum up the words ids[first:last]. */
static void sum_words(const Topics *job, int64_t first, int64_t last, Text *text)
{
    const Ints sum = text->sum;
    for (int64_t k = 0; k < sum.rows; k++)
        AT(sum, k) = 0;
    text->words = 0;
    for (int64_t at = first; at < last; at++) {
        if (at + AHEAD < last) {
            int32_t later = AT(job->row_of, AT(job->ids, at + AHEAD));
            __builtin_prefetch(&CELL(job->vectors, later > 0 ? later : 0, 0));
        }
        int32_t row = AT(job->row_of, AT(job->ids, at));
        if (row < 0)
            continue;
        const Signed vector = ROW(Signed, job->vectors, row);
        for (int64_t k = 0; k < sum.rows; k++)
            AT(sum, k) += AT(vector, k);
        text->words += AT(job->squares, row);
    }
    text->square = square_of(sum);
}

/* Root of the log-odds that two texts have one topic. inside: the other holds the first. */
static float compare(const Text *mine, const Target *other, double usual, bool inside)
{
    double across = dot(mine->sum, other->sum), square = mine->square, its = other->square;
    double words = mine->words, its_words = other->words;
    if (inside) {
        its = its - 2 * across + square;
        across -= square;
        its_words -= words;
    }
    if (words <= 0 || its_words <= 0.5)
        return 0;
    double share = MOST_WORDS * usual / (its_words > 1.0 ? its_words : 1.0);
    share = share < 1.0 ? share : 1.0;
    its *= share * share;
    across *= share;
    its_words *= share;
    double a = (words > 1.0 ? words : 1.0) / usual;
    double b = (its_words > 1.0 ? its_words : 1.0) / usual;
    double a_near = 1 + SPREAD * a, b_near = 1 + SPREAD * b;
    double shared = SPREAD * a / a_near * SPREAD * b / b_near; /* squared correlation of means */
    double alone = (square / (a * a_near) + its / (b * b_near)) / usual;
    double crossed = 2 * SPREAD * across / (a_near * b_near) / usual;
    double joint = (alone - crossed) / (1 - shared);
    double odds = -0.5 * (double)mine->sum.rows * (log1p(-shared) + joint - alone);
    return (float)(odds < 0 ? -sqrt(-odds) : sqrt(odds));
}

/* Compare each comment that was answered with its answers, which stand behind it. */
static void compare_replies(const Topics *job, const Text *texts, int64_t first, int64_t n,
                            Target *target)
{
    Longs next = NEW(Longs, int64_t, n), newest = NEW(Longs, int64_t, n);
    for (int64_t i = 0; i < n; i++)
        AT(newest, i) = -1;
    for (int64_t i = 0; i < n; i++) {
        int64_t above = AT(job->parents, first + i) - first;
        if (above >= 0) {
            AT(next, i) = AT(newest, above);
            AT(newest, above) = i;
        }
    }
    for (int64_t i = 0; i < n; i++) {
        if (AT(newest, i) < 0)
            continue;
        clear(target);
        for (int64_t reply = AT(newest, i); reply >= 0; reply = AT(next, reply))
            add(target, &texts[WITHIN(reply, n)]);
        target->square = square_of_sum(target->sum);
        CELL(job->out, first + i, REPLIES) = compare(&texts[i], target, job->usual, false);
    }
}

/* Compare the comments of thread t with title and article, with replies, and with one another. */
static void compare_thread(const Topics *job, int64_t t)
{
    const int64_t first = AT(job->bounds, t), n = AT(job->bounds, t + 1) - first;
    const int64_t size = job->vectors.columns;
    Target target = {.sum = NEW(Doubles, double, size)};
    Ints sums = NEW(Ints, int32_t, (n + 2) * size);
    Text *texts = borrow(n + 2, sizeof(Text));
    for (int64_t i = 0; i < n + 2; i++) {
        int64_t text = first + 2 * t + i;
        texts[i].sum = PART(Ints, sums, i * size, (i + 1) * size);
        sum_words(job, AT(job->begin, text), AT(job->begin, text + 1), &texts[i]);
    }
    clear(&target);
    add(&target, &texts[n]);
    add(&target, &texts[n + 1]);
    target.square = square_of_sum(target.sum);
    for (int64_t i = 0; i < n; i++)
        CELL(job->out, first + i, HEAD) = compare(&texts[i], &target, job->usual, false);
    clear(&target);
    for (int64_t i = 0; i < n; i++)
        add(&target, &texts[i]);
    target.square = square_of_sum(target.sum);
    for (int64_t i = 0; i < n; i++)
        CELL(job->out, first + i, THREAD) = compare(&texts[i], &target, job->usual, true);
    compare_replies(job, texts, first, n, &target);
}

static int64_t topics_of(Topics *job)
{
    for (int64_t t = 0; t < job->bounds.rows - 1; t++) {
        void *kept = borrowed();
        compare_thread(job, t);
        give_back(kept);
    }
    return 0;
}
ENTRY(topics, Topics)
