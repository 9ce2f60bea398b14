/* Overlap of a comment with the rest of its thread; see moderation/context/overlap.py.

   Each target (title, parent, siblings, …) is laid out once in a dense array over the thread's
   vocabulary and met by all the comments that look at it. */
#include <math.h>

#include "terms.h"

enum { MEASURES = 3, HEAD = 0, PARENT = 3, PATH = 6, SIBLINGS = 9, REPLIES = 12, THREAD = 15 };
enum {
    REACH = 8,  /* ancestors further up add less than 2 % */
    AHEAD = 16, /* words whose places in a table are fetched before they are needed */
    WEIGHT = 0, /* columns of a target: how much of a word it has */
    COUNT = 1,
};
static const double DECAY = 0.6, MOST_WORDS = 1500.0, MU = 1500.0; /* overlap.DECAY, MOST, MU */

typedef struct {
    Bytes data;
    Longs offsets;
} Texts;

/* What words weigh: see overlap.overlaps. */
typedef struct {
    Spelling spelling;
    Bytes step;
    Doubles idf, odds;
} Background;

typedef struct {
    Texts comments, heads;
    Longs bounds;
    Ints depth;
    Background background;
    Floats out, shapes;
    Longs parents;
    Bytes has_head;
    Ints local;
    Ints ids;    /* buckets of the words of all texts: by thread its comments, title, article */
    Longs begin; /* where those of each text begin */
} Overlaps;

/* Distinct terms of the texts of one thread over its own vocabulary 0..size; see overlap.Words.

   Those of text i are begin[i]:begin[i + 1]. */
typedef struct {
    Unsigned term;
    Doubles weight;
    Floats counts;
    Doubles odds;
    Longs begin;
    Doubles square, spoken;
    int64_t size;
} Words;

/* The thread's words at hand: where each stands in its vocabulary, and in the text. */
typedef struct {
    Ints ids, vocabulary;
    Longs slot;
    Ints local;
} Vocabulary;

/* The nearest whole number, as rint() gives it: for numbers below 2^51. */
static inline double nearest(double x)
{
    const double two_52 = 4503599627370496.0;
    return (x + two_52) - two_52;
}

/* List the distinct words ids[from:to] of a text from `used` on; returns where they end. */
static int64_t list_words(Words *words, const Vocabulary *of, Bytes step, int64_t from, int64_t to,
                          int64_t used)
{
    const int64_t first = used;
    for (int64_t k = from; k < to; k++) {
        if (k + AHEAD < to) {
            __builtin_prefetch(&AT(of->local, AT(of->ids, k + AHEAD)));
            __builtin_prefetch(&AT(step, AT(of->ids, k + AHEAD)));
        }
        int32_t bucket = AT(of->ids, k), word = AT(of->local, bucket);
        if (word < 0) {
            word = (int32_t)words->size;
            AT(of->local, bucket) = word;
            AT(of->vocabulary, word) = bucket;
            AT(of->slot, word) = -1;
            words->size++;
        }
        int64_t place = AT(of->slot, word);
        if (place < first) {
            place = used;
            AT(of->slot, word) = place;
            AT(words->term, place) = (uint32_t)word;
            AT(words->counts, place) = 0;
            used++;
        }
        AT(words->counts, place) += 1;
    }
    return used;
}

/* Weigh the words from `first` to `used` of a text; returns the sum of the squares.

   Weights come in steps of 2^-20, so that sums of any order are equal. */
static double weigh_words(Words *words, const Vocabulary *of, const Background *by, int64_t first,
                          int64_t used)
{
    double norm = 0, squares = 0;
    for (int64_t one = first; one < used; one++) {
        uint8_t rarity = AT(by->step, AT(of->vocabulary, AT(words->term, one)));
        double carried = AT(by->idf, rarity);
        AT(words->odds, one) = AT(by->odds, rarity);
        float count = AT(words->counts, one);
        if (count > 1)
            carried *= 1.0 + (double)logf(count);
        AT(words->weight, one) = carried;
        norm += carried * carried;
    }
    double scale = norm > 0 ? 1.0 / sqrt(norm) : 0.0;
    for (int64_t one = first; one < used; one++) {
        double carried = nearest(AT(words->weight, one) * scale * 1048576.0) / 1048576.0;
        AT(words->weight, one) = carried;
        squares += carried * carried;
    }
    return squares;
}

/* Words of the texts of a thread; those of text d are ids[begin[d]:begin[d + 1]]. */
static Words distinct_words(const Background *by, Ints ids, Longs begin, Ints local)
{
    int64_t texts = begin.rows - 1, total = AT(begin, texts) - AT(begin, 0), used = 0;
    Words words = {
        NEW(Unsigned, uint32_t, total), NEW(Doubles, double, total), NEW(Floats, float, total),
        NEW(Doubles, double, total),    ZEROS(Longs, int64_t, texts + 1),
        NEW(Doubles, double, texts),    NEW(Doubles, double, texts),  0,
    };
    Vocabulary of = {ids, NEW(Ints, int32_t, total), NEW(Longs, int64_t, total), local};
    for (int64_t d = 0; d < texts; d++) {
        int64_t from = AT(begin, d), to = AT(begin, d + 1), first = used;
        AT(words.spoken, d) = (double)(to - from);
        used = list_words(&words, &of, by->step, from, to, used);
        AT(words.square, d) = weigh_words(&words, &of, by, first, used);
        AT(words.begin, d + 1) = used;
    }
    for (int64_t word = 0; word < words.size; word++)
        AT(local, AT(of.vocabulary, word)) = -1;
    return words;
}

/* Something that comments are compared with. */
typedef struct {
    Doubles table;    /* (vocabulary, 2): WEIGHT and COUNT of each word */
    Unsigned touched; /* its words */
    int64_t used;     /* how many they are */
    double total, square;
} Target;

/* Add text d to a target.

   Nothing here branches on a word: whether the target has it cannot be guessed. */
static void add_text(const Words *words, int64_t d, double factor, Target *target)
{
    int64_t used = target->used, last = AT(words->begin, d + 1);
    double total = 0;
    for (int64_t k = AT(words->begin, d); k < last; k++) {
        uint32_t w = AT(words->term, k);
        double more = factor * AT(words->counts, k);
        AT(target->touched, used) = w;
        used += CELL(target->table, w, COUNT) == 0.0;
        CELL(target->table, w, WEIGHT) += factor * AT(words->weight, k);
        CELL(target->table, w, COUNT) += more;
        total += more;
    }
    target->used = used;
    target->total += total;
}

static void measure_square(Target *target)
{
    double norm = 0;
    for (int64_t k = 0; k < target->used; k++) {
        double weight = CELL(target->table, AT(target->touched, k), WEIGHT);
        norm += weight * weight;
    }
    target->square = norm;
}

static void empty(Target *target)
{
    for (int64_t k = 0; k < target->used; k++) {
        CELL(target->table, AT(target->touched, k), WEIGHT) = 0;
        CELL(target->table, AT(target->touched, k), COUNT) = 0;
    }
    target->used = 0;
    target->total = 0;
}

/* Cosine, log-likelihood against the background, and that of the best word, to a target.

   without: the target holds text d itself, which is taken out first. */
static void compare(const Words *words, int64_t d, const Target *target, bool without, Floats out)
{
    int64_t first = AT(words->begin, d), last = AT(words->begin, d + 1);
    double own = AT(words->square, d), square = target->square;
    double rest = without ? target->total - AT(words->spoken, d) : target->total;
    if (rest < 0.5 || last == first)
        return;
    double share = 1.0 < MOST_WORDS / rest ? 1.0 : MOST_WORDS / rest;
    double base = MU / (rest * share + MU), scale = base * share / MU;
    double dot = 0, surprise = 0, ratio = 1, best = 1;
    for (int64_t k = first; k < last; k++) {
        uint32_t w = AT(words->term, k);
        dot += CELL(target->table, w, WEIGHT) * AT(words->weight, k);
        double n = CELL(target->table, w, COUNT) - (without ? (double)AT(words->counts, k) : 0.0);
        double more = base + n * AT(words->odds, k) * scale;
        best = more > best ? more : best;
        ratio *= more;
        if (ratio > 1e200 || ratio < 1e-200) {
            surprise += log(ratio);
            ratio = 1;
        }
    }
    if (without) {
        square = square - 2.0 * dot + own;
        dot -= own;
    }
    if (square > 1e-9 && own > 0)
        AT(out, 0) = (float)(dot / sqrt(square * own));
    AT(out, 1) = (float)((surprise + log(ratio)) / (double)(last - first));
    AT(out, 2) = (float)(best > 1.0 ? log(best) : 0.0);
}

/* A thread: its words, its tree, and where its comments' measures go. */
typedef struct {
    Words words;
    int64_t n;
    Longs parent, children, first_child; /* children of p: first_child[p + 1]:first_child[p + 2] */
    Target target;
    Floats out;
} Thread;

/* Compare comment i with the target, from `column` on. */
static void compare_comment(Thread *thread, int64_t i, bool without, int column)
{
    Floats row = ROW(Floats, thread->out, i);
    compare(&thread->words, i, &thread->target, without,
            PART(Floats, row, column, column + MEASURES));
}

/* Title and article together: the texts n and n + 1 of the thread. */
static void compare_with_head(Thread *thread)
{
    int64_t n = thread->n;
    add_text(&thread->words, n, 1.0, &thread->target);
    add_text(&thread->words, n + 1, 1.0, &thread->target);
    measure_square(&thread->target);
    for (int64_t i = 0; i < n; i++)
        compare_comment(thread, i, false, HEAD);
    empty(&thread->target);
}

/* The replies to p with p, and with p and its ancestors. */
static void compare_with_those_above(Thread *thread, int64_t p, Longs replies)
{
    Target *target = &thread->target;
    add_text(&thread->words, p, 1.0, target);
    measure_square(target);
    for (int64_t k = 0; k < replies.rows; k++) {
        int64_t i = AT(replies, k);
        compare_comment(thread, i, false, PARENT);
        for (int column = 0; column < MEASURES; column++)
            CELL(thread->out, i, PATH + column) = CELL(thread->out, i, PARENT + column);
    }
    int64_t up = AT(thread->parent, p);
    double factor = DECAY;
    for (int step = 0; step < REACH && up >= 0; step++) {
        add_text(&thread->words, up, factor, target);
        factor *= DECAY;
        up = AT(thread->parent, up);
    }
    if (AT(thread->parent, p) >= 0) {
        measure_square(target);
        for (int64_t k = 0; k < replies.rows; k++)
            compare_comment(thread, AT(replies, k), false, PATH);
    }
    empty(target);
}

/* Parent, ancestors, siblings and replies: one group per parent, -1 (top level) included. */
static void compare_with_family(Thread *thread)
{
    Target *target = &thread->target;
    for (int64_t p = -1; p < thread->n; p++) {
        Longs replies = PART(Longs, thread->children, AT(thread->first_child, p + 1),
                             AT(thread->first_child, p + 2));
        if (!replies.rows)
            continue;
        if (p >= 0)
            compare_with_those_above(thread, p, replies);
        for (int64_t k = 0; k < replies.rows; k++)
            add_text(&thread->words, AT(replies, k), 1.0, target);
        measure_square(target);
        for (int64_t k = 0; k < replies.rows; k++)
            compare_comment(thread, AT(replies, k), true, SIBLINGS);
        if (p >= 0)
            compare_comment(thread, p, false, REPLIES);
        empty(target);
    }
}

/* Each comment with all the others of its thread. */
static void compare_with_thread(Thread *thread)
{
    for (int64_t i = 0; i < thread->n; i++)
        add_text(&thread->words, i, 1.0, &thread->target);
    measure_square(&thread->target);
    for (int64_t i = 0; i < thread->n; i++)
        compare_comment(thread, i, true, THREAD);
}

/* Parent of each comment (index in the thread, -1 = top level) from pre-order and depth. */
static void find_parents(Ints depth, Longs parent, Longs stack)
{
    int64_t high = 0;
    for (int64_t i = 0; i < depth.rows; i++) {
        int64_t d = least(most(AT(depth, i), 1), high + 1);
        AT(stack, d - 1) = i;
        AT(parent, i) = d > 1 ? AT(stack, d - 2) : -1;
        high = d;
    }
}

/* Lay the tree out: the children of each comment in a row. */
static void find_children(Thread *thread)
{
    int64_t n = thread->n;
    Longs first_child = thread->first_child, fill = NEW(Longs, int64_t, n + 2);
    for (int64_t i = 0; i < n; i++)
        AT(first_child, AT(thread->parent, i) + 2) += 1;
    for (int64_t p = 0; p < n + 1; p++)
        AT(first_child, p + 1) += AT(first_child, p);
    for (int64_t p = 0; p < n + 2; p++)
        AT(fill, p) = AT(first_child, p);
    for (int64_t i = 0; i < n; i++) {
        int64_t p = AT(thread->parent, i) + 1;
        AT(thread->children, AT(fill, p)) = i;
        AT(fill, p) += 1;
    }
}

/* Words of the comments of thread t, then of its title and article. */
static Words thread_words(const Overlaps *job, int64_t t)
{
    const Texts *texts = &job->comments, *heads = &job->heads;
    int64_t first = AT(job->bounds, t), last = AT(job->bounds, t + 1), n = last - first;
    Ints ids = job->ids;
    Longs begin = PART(Longs, job->begin, first + 2 * t, last + 2 * t + 3);
    Floats unused = ZEROS(Floats, float, N_SHAPE);
    for (int64_t i = 0; i < n + 2; i++) {
        bool comment = i < n;
        int64_t at = AT(begin, i), text = comment ? first + i : 2 * t + i - n;
        const Texts *from = comment ? texts : heads;
        Floats shape = comment ? ROW(Floats, job->shapes, text) : unused;
        int64_t found = text_terms(&job->background.spelling, from->data, AT(from->offsets, text),
                                   AT(from->offsets, text + 1), PART(Ints, ids, at, ids.rows), shape);
        AT(begin, i + 1) = at + found;
    }
    return distinct_words(&job->background, ids, begin, job->local);
}

/* Fill `out` for the comments of thread t; see overlap.overlaps. */
static void compare_thread(const Overlaps *job, int64_t t)
{
    int64_t first = AT(job->bounds, t), last = AT(job->bounds, t + 1), n = last - first;
    Thread thread = {.words = thread_words(job, t), .n = n};
    bool has_head = false;
    for (int k = 0; k < 2; k++) {
        bool has = AT(thread.words.begin, n + k + 1) > AT(thread.words.begin, n + k);
        CELL(job->has_head, t, k) = has;
        has_head = has_head || has;
    }
    int64_t size = thread.words.size;
    thread.out = ROWS(Floats, job->out, first, last);
    thread.parent = ROWS(Longs, job->parents, first, last);
    thread.children = NEW(Longs, int64_t, n);
    thread.first_child = ZEROS(Longs, int64_t, n + 2);
    thread.target.table = (Doubles){borrow_zeros(2 * size, sizeof(double)), size, 2};
    thread.target.touched = NEW(Unsigned, uint32_t, size + 1);
    Ints depth = PART(Ints, job->depth, first, last);
    find_parents(depth, thread.parent, NEW(Longs, int64_t, n));
    find_children(&thread);
    if (has_head)
        compare_with_head(&thread);
    compare_with_family(&thread);
    compare_with_thread(&thread);
    for (int64_t i = 0; i < n; i++)
        AT(thread.parent, i) += AT(thread.parent, i) >= 0 ? first : 0;
}

static int64_t overlaps_of(Overlaps *job)
{
    for (int64_t t = 0; t < job->bounds.rows - 1; t++) {
        void *kept = borrowed();
        compare_thread(job, t);
        give_back(kept);
    }
    return 0;
}
ENTRY(overlaps, Overlaps)

typedef struct {
    Ints depth;
    Longs parent;
} FindParents;

static int64_t parents_of_rows_of(FindParents *job)
{
    find_parents(job->depth, job->parent, NEW(Longs, int64_t, job->depth.rows));
    return 0;
}
ENTRY(parents_of_rows, FindParents)
