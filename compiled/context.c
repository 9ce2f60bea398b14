/* Raw overlaps to the features of one linear classifier; see moderation/context/features.py. */
#include <math.h>

#include "arrays.h"

enum {
    TARGETS = 6,
    MEASURES = 3,
    PER_TARGET = 5,
    HEAD = 0, /* places among the measures */
    THREAD = 15,
    REPLIES_AT = 4 * PER_TARGET, /* places among the features */
    THREAD_AT = 5 * PER_TARGET,
    DRIFT_AT = 6 * PER_TARGET,
    WORDS = 0, /* places in the shape */
    MARKS = 4,
    PLAIN = 3, /* questions, exclaims, links: counts */
    N_MARKS = 5,
    N_AVAILABLE = 4,
};

/* A comment and what there is to compare it with. */
typedef struct {
    Floats measured, shape;
    double means[2];
    double has[N_AVAILABLE]; /* title, article, parent, siblings: 0 or 1 */
    int64_t size;            /* of the thread */
} Comment;

/* Where the next feature goes. */
typedef struct {
    Floats out;
    int64_t at;
} Writer;

static inline void put(Writer *to, double value)
{
    AT(to->out, to->at) = (float)value;
    to->at++;
}

/* How it overlaps with each target, and with how many words. */
static void put_targets(Writer *to, const Comment *comment, float length)
{
    for (int target = 0; target < TARGETS; target++) {
        float cosine = AT(comment->measured, MEASURES * target);
        float surprise = AT(comment->measured, MEASURES * target + 1);
        float best = AT(comment->measured, MEASURES * target + 2);
        put(to, sqrt(cosine > 0 ? (double)cosine : 0.0));
        put(to, surprise);
        put(to, surprise * length);
        put(to, best);
        put(to, best * length);
    }
    put(to, comment->means[0]);
    put(to, comment->means[1]);
    put(to, AT(comment->measured, THREAD) - comment->means[0]);
    put(to, AT(comment->measured, HEAD) - comment->means[1]);
}

/* What the text looks like by itself. */
static void put_shape(Writer *to, const Comment *comment, float length)
{
    put(to, length);
    for (int k = 0; k < PLAIN; k++) {
        float count = AT(comment->shape, 1 + k);
        put(to, count < 3.0f ? count : 3.0f);
    }
    for (int k = 0; k < N_MARKS; k++)
        put(to, (double)((int64_t)AT(comment->shape, MARKS) >> k & 1));
}

/* Once more the `width` features from `from` on, where nothing but siblings is there. */
static void put_again(Writer *to, double alone, int64_t from, int64_t width, int64_t step)
{
    for (int64_t k = 0; k < width; k += step)
        put(to, alone * AT(to->out, from + k));
}

static void put_row(const Comment *comment, Floats out)
{
    Writer to = {out, 0};
    const double *has = comment->has;
    float length = log1pf(AT(comment->shape, WORDS));
    put_targets(&to, comment, length);
    int64_t shape_at = to.at;
    put_shape(&to, comment, length);
    int64_t width = to.at - shape_at;
    double alone = has[0] + has[1] + has[2] == 0 ? 1.0 : 0.0;
    put(&to, alone);
    put_again(&to, alone, shape_at, width, 1);
    put_again(&to, alone, REPLIES_AT, PER_TARGET, 1);
    put_again(&to, alone, THREAD_AT, PER_TARGET, 1);
    put_again(&to, alone, DRIFT_AT, 4, 2);
    for (int k = 0; k < N_AVAILABLE; k++)
        put(&to, has[k]);
    for (int k = 0; k < N_AVAILABLE; k++)
        put(&to, has[k] * length);
    put(&to, log((double)comment->size));
}

typedef struct {
    Floats measured, shapes;
    Longs parents, bounds;
    Bytes has_head;
    int64_t min_siblings;
    Floats out;
    Bytes can_tell;
} Expand;

/* How many worded replies each comment of first:last has; last, those at the top level. */
static Longs count_replies(const Expand *job, int64_t first, int64_t last)
{
    Longs replies = ZEROS(Longs, int64_t, last - first + 1);
    for (int64_t i = first; i < last; i++) {
        int64_t above = AT(job->parents, i);
        if (CELL(job->shapes, i, WORDS) > 0)
            AT(replies, (above >= 0 ? above : last) - first) += 1;
    }
    return replies;
}

/* Fill the rows of thread t. */
static void expand_thread(const Expand *job, int64_t t)
{
    int64_t first = AT(job->bounds, t), last = AT(job->bounds, t + 1);
    Longs replies = count_replies(job, first, last);
    Comment comment = {.size = last - first};
    for (int64_t i = first; i < last; i++) {
        comment.means[0] += CELL(job->measured, i, THREAD);
        comment.means[1] += CELL(job->measured, i, HEAD);
    }
    comment.means[0] /= (double)(last - first);
    comment.means[1] /= (double)(last - first);
    for (int64_t i = first; i < last; i++) {
        int64_t above = AT(job->parents, i);
        bool worded = CELL(job->shapes, i, WORDS) > 0;
        int64_t siblings = AT(replies, (above >= 0 ? above : last) - first) - worded;
        comment.has[0] = CELL(job->has_head, t, 0);
        comment.has[1] = CELL(job->has_head, t, 1);
        comment.has[2] = above >= 0 && CELL(job->shapes, above, WORDS) > 0;
        comment.has[3] = siblings >= job->min_siblings;
        bool some = comment.has[0] + comment.has[1] + comment.has[2] + comment.has[3] > 0;
        AT(job->can_tell, i) = worded && some;
        comment.measured = ROW(Floats, job->measured, i);
        comment.shape = ROW(Floats, job->shapes, i);
        put_row(&comment, ROW(Floats, job->out, i));
    }
}

static int64_t expand_of(Expand *job)
{
    for (int64_t t = 0; t < job->bounds.rows - 1; t++) {
        void *kept = borrowed();
        expand_thread(job, t);
        give_back(kept);
    }
    return 0;
}
ENTRY(expand, Expand)

typedef struct {
    Floats features, weights;
    double intercept;
    Doubles out;
} Line;

/* features (n, k) @ weights (k,) + intercept, alike in any batch. */
static int64_t line_of(Line *job)
{
    for (int64_t i = 0; i < job->features.rows; i++) {
        double total = 0;
        for (int64_t k = 0; k < job->weights.rows; k++)
            total += (double)CELL(job->features, i, k) * (double)AT(job->weights, k);
        AT(job->out, i) = total + job->intercept;
    }
    return 0;
}
ENTRY(line, Line)
