/* Dual coordinate descent on sparse rows; see moderation/training/linear.py. */
#include <math.h>

#include "arrays.h"

enum { INNER_STEPS = 20, LANES = 8, LINE = 16 };
static const double INNER_ERROR = 1e-3;
static const double EDGE = 1e-7; /* share of its cost that a dual variable stays away from the ends */
static const double TINY = 1e-10;

/* Some columns of n rows as CSR. */
typedef struct {
    Longs indptr;
    Ints indices;
    Floats values;
} Block;

/* linear.Rows */
typedef struct {
    Block grams, others;
    int64_t columns;
    Doubles squares;
} Rows;

/* linear.Fitted */
typedef struct {
    Floats weights;
    Doubles dual;
} Fitted;

/* Dot product of one row of a block: LANES sums next to one another, in an order that no compiler
   may change. */
static float block_product(const Block *block, int64_t row, Floats weights)
{
    float sums[LANES] = {0};
    int64_t k = AT(block->indptr, row), last = AT(block->indptr, row + 1);
    for (; k + LANES <= last; k += LANES)
        for (int lane = 0; lane < LANES; lane++)
            sums[lane] += AT(block->values, k + lane) * AT(weights, AT(block->indices, k + lane));
    for (int lane = 0; k < last; k++, lane++)
        sums[lane] += AT(block->values, k) * AT(weights, AT(block->indices, k));
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

static float product(const Rows *rows, int64_t row, Floats weights)
{
    return block_product(&rows->grams, row, weights) + block_product(&rows->others, row, weights);
}

static void add_block(const Block *block, int64_t row, float step, Floats weights)
{
    int64_t last = AT(block->indptr, row + 1);
    for (int64_t k = AT(block->indptr, row); k < last; k++)
        AT(weights, AT(block->indices, k)) += step * AT(block->values, k);
}

/* Add `step` times a row to the weights. */
static void add_row(const Rows *rows, int64_t row, float step, Floats weights)
{
    add_block(&rows->grams, row, step, weights);
    add_block(&rows->others, row, step, weights);
}

typedef struct {
    Block block;
    Doubles out;
} Squares;

/* Squared length of each row. */
static int64_t row_squares_of(Squares *job)
{
    for (int64_t row = 0; row < job->out.rows; row++) {
        double total = 0;
        int64_t last = AT(job->block.indptr, row + 1);
        for (int64_t k = AT(job->block.indptr, row); k < last; k++) {
            double value = AT(job->block.values, k);
            total += value * value;
        }
        AT(job->out, row) = total;
    }
    return 0;
}
ENTRY(row_squares, Squares)

typedef struct {
    Rows rows;
    Longs chosen;
    Floats weights, out;
} Products;

/* Dot products of the chosen rows. */
static int64_t row_products_of(Products *job)
{
    for (int64_t k = 0; k < job->chosen.rows; k++)
        AT(job->out, k) = product(&job->rows, AT(job->chosen, k), job->weights);
    return 0;
}
ENTRY(row_products, Products)

typedef struct {
    Rows rows;
    Fitted fitted;
    Longs chosen;
    Doubles sign;
} Withdraw;

/* Take the chosen rows out of the weights. */
static int64_t withdraw_of(Withdraw *job)
{
    for (int64_t k = 0; k < job->chosen.rows; k++) {
        int64_t row = AT(job->chosen, k);
        float step = (float)(-AT(job->fitted.dual, row) * AT(job->sign, row));
        add_row(&job->rows, row, step, job->fitted.weights);
        AT(job->fitted.dual, row) = 0;
    }
    return 0;
}
ENTRY(withdraw, Withdraw)

/* `value`, at least TINY and at most 1 - EDGE of `cost`. */
static double inside(double value, double cost)
{
    double low = TINY * cost, high = (1 - EDGE) * cost;
    value = value < low ? low : value;
    return value > high ? high : value;
}

/* The dual variable that is best while the others stay: Yu et al. 2011, algorithm 5. */
static double best_dual(double old, double cost, double square, double margin)
{
    double direction = 1.0;
    old = inside(old, cost);
    double start = old;
    if (0.5 * square * (cost - 2 * old) + margin < 0) {
        direction = -1.0;
        start = cost - old;
    }
    double best = cost - start >= 0.5 * cost ? start : 0.1 * start;
    best = best < TINY * cost ? TINY * cost : best;
    for (int step = 0; step < INNER_STEPS; step++) {
        double slope =
            square * (best - start) + direction * margin + log(best / (cost - best));
        if (fabs(slope) < INNER_ERROR)
            break;
        double next = best - slope / (square + cost / ((cost - best) * best));
        best = inside(next <= 0 ? 0.1 * best : next, cost);
    }
    return direction > 0 ? best : cost - best;
}

typedef struct {
    Rows rows;
    Doubles sign, cost;
    Longs chosen;
    Fitted fitted;
    int64_t epochs, seed;
} Descend;

/* Shuffle by xorshift64: the same order everywhere. Returns the state for the next time. */
static uint64_t shuffle(Longs order, uint64_t state)
{
    for (int64_t last = order.rows - 1; last > 0; last--) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        int64_t other = (int64_t)(state % (uint64_t)(last + 1)), swapped = AT(order, last);
        AT(order, last) = AT(order, other);
        AT(order, other) = swapped;
    }
    return state;
}

/* Make the dual variable of one row the best. */
static void improve(const Descend *job, int64_t row)
{
    const Fitted *fitted = &job->fitted;
    double sign = AT(job->sign, row), old = AT(fitted->dual, row);
    double margin = (double)product(&job->rows, row, fitted->weights) * sign;
    double new = best_dual(old, AT(job->cost, row), AT(job->rows.squares, row), margin);
    float step = (float)((new - old) * sign);
    AT(fitted->dual, row) = new;
    if (step != 0)
        add_row(&job->rows, row, step, fitted->weights);
}

/* Ask for a row's part of a block, which will be read soon: rows come in random order, and no
   processor guesses the next. */
static inline void ask_for_block(const Block *block, int64_t row)
{
    int64_t last = AT(block->indptr, row + 1);
    for (int64_t k = AT(block->indptr, row); k < last; k += LINE) {
        __builtin_prefetch(&AT(block->indices, k));
        __builtin_prefetch(&AT(block->values, k));
    }
}

/* Ask for the weights of a row that is at hand. */
static inline void ask_for_weights(const Block *block, int64_t row, Floats weights)
{
    int64_t last = AT(block->indptr, row + 1);
    for (int64_t k = AT(block->indptr, row); k < last; k++)
        __builtin_prefetch(&AT(weights, AT(block->indices, k)));
}

/* Visit the chosen rows in random order, `epochs` times. */
static int64_t descend_of(Descend *job)
{
    uint64_t state = (uint64_t)(2 * job->seed + 1) * 0x9E3779B97F4A7C15u;
    Longs order = NEW(Longs, int64_t, job->chosen.rows);
    for (int64_t k = 0; k < order.rows; k++)
        AT(order, k) = AT(job->chosen, k);
    for (int64_t epoch = 0; epoch < job->epochs; epoch++) {
        state = shuffle(order, state);
        for (int64_t k = 0; k < order.rows; k++) {
            if (k + 2 < order.rows)
                ask_for_block(&job->rows.grams, AT(order, k + 2));
            if (k + 1 < order.rows)
                ask_for_weights(&job->rows.grams, AT(order, k + 1), job->fitted.weights);
            improve(job, AT(order, k));
        }
    }
    return 0;
}
ENTRY(descend, Descend)
