/* Scores against answers under many weights; see moderation/evaluation/metrics.py and
   moderation/model/goals/resampled.py. Rows are in falling order of score. */
#include <math.h>

#include "arrays.h"

enum { BINS = 15, N_METRICS = 10, N_MEASURES = 4 };

/* Rows in falling order of score, each counted `weight` times. */
typedef struct {
    Bytes y_true;
    Doubles score, weight;
    double threshold;
} Ranked;

typedef struct {
    double positives, negatives, squared, gap;
} Totals;

/* Weight of positives, of negatives, squared errors, and how far the bins are off. */
static Totals totals_of(const Ranked *ranked)
{
    Totals of = {0};
    double bin_score[BINS] = {0}, bin_true[BINS] = {0};
    for (int64_t row = 0; row < ranked->score.rows; row++) {
        double weight = AT(ranked->weight, row), score = AT(ranked->score, row);
        double truth = AT(ranked->y_true, row);
        if (truth != 0)
            of.positives += weight;
        else
            of.negatives += weight;
        of.squared += weight * ((score - truth) * (score - truth));
        int64_t bin = least(most((int64_t)(score * BINS), 0), BINS - 1);
        bin_score[bin] += weight * score;
        bin_true[bin] += weight * truth;
    }
    for (int bin = 0; bin < BINS; bin++)
        of.gap += fabs(bin_score[bin] - bin_true[bin]);
    return of;
}

/* Areas under both curves before they are scaled, and flagged positives and negatives. */
typedef struct {
    double area, average, hits, misses;
} Ranking;

static Ranking ranking_of(const Ranked *ranked)
{
    Ranking of = {0};
    double hits = 0, misses = 0;
    int64_t row = 0, rows = ranked->score.rows;
    while (row < rows) { /* a run of equal scores at a time: ties share a threshold */
        double run_hits = 0, run_misses = 0, value = AT(ranked->score, row);
        for (; row < rows && AT(ranked->score, row) == value; row++) {
            if (AT(ranked->y_true, row))
                run_hits += AT(ranked->weight, row);
            else
                run_misses += AT(ranked->weight, row);
        }
        of.area += run_misses * (hits + run_hits / 2);
        hits += run_hits;
        misses += run_misses;
        if (hits + misses > 0)
            of.average += run_hits * hits / (hits + misses);
        if (value >= ranked->threshold) {
            of.hits = hits;
            of.misses = misses;
        }
    }
    return of;
}

/* metrics.METRICS, NaN where undefined. */
static void measure_ranked(const Ranked *ranked, Doubles out)
{
    Totals of = totals_of(ranked);
    Ranking by = ranking_of(ranked);
    double total = of.positives + of.negatives, flagged = by.hits + by.misses;
    for (int k = 0; k < N_METRICS; k++)
        AT(out, k) = NAN;
    if (of.positives > 0 && of.negatives > 0)
        AT(out, 0) = by.area / (of.positives * of.negatives);
    if (of.positives > 0) {
        AT(out, 1) = by.average / of.positives;
        AT(out, 3) = by.hits / of.positives;
    }
    if (flagged > 0)
        AT(out, 2) = by.hits / flagged;
    if (flagged + of.positives > 0)
        AT(out, 4) = 2 * by.hits / (flagged + of.positives);
    if (of.negatives > 0)
        AT(out, 5) = by.misses / of.negatives;
    if (total > 0) {
        AT(out, 6) = flagged / total;
        AT(out, 7) = of.gap / total;
        AT(out, 8) = of.squared / total;
        AT(out, 9) = of.positives / total;
    }
}

typedef struct {
    Ranked ranked;
    Doubles out;
} Measure;

static int64_t measure_of(Measure *job)
{
    measure_ranked(&job->ranked, job->out);
    return 0;
}
ENTRY(measure, Measure)

typedef struct {
    Bytes y_true;
    Doubles score;
    Longs group;
    Bytes times;
    double threshold;
    Doubles out;
} Draws;

/* metrics.METRICS of each draw: how often each group was drawn. */
static int64_t measure_draws_of(Draws *job)
{
    Doubles weight = NEW(Doubles, double, job->score.rows);
    const Ranked ranked = {job->y_true, job->score, weight, job->threshold};
    for (int64_t draw = 0; draw < job->times.rows; draw++) {
        for (int64_t row = 0; row < weight.rows; row++)
            AT(weight, row) = CELL(job->times, draw, AT(job->group, row));
        measure_ranked(&ranked, ROW(Doubles, job->out, draw));
    }
    return 0;
}
ENTRY(measure_draws, Draws)

/* Places in resampled.MEASURES. */
enum { PRECISION, RECALL, FALSE_POSITIVES };

/* What is flagged of one side: the groups that were drawn, or those left out. */
typedef struct {
    double hits, misses, positives, negatives;
} Side;

/* The measure of what is flagged; NaN where undefined. */
static double value_of(int64_t measure, const Side *side)
{
    double above = side->hits, below = side->positives;
    if (measure == PRECISION) {
        below = side->hits + side->misses;
    } else if (measure == FALSE_POSITIVES) {
        above = side->misses;
        below = side->negatives;
    } else if (measure > FALSE_POSITIVES) {
        above = side->hits + side->misses;
        below = side->positives + side->negatives;
    }
    return below != 0 ? above / below : NAN;
}

/* What a side's weights are multiplied by for it to have this share; 1 where none is asked. */
static double scale_of(double mass, double share)
{
    if (share < 0)
        return 1.0;
    return mass != 0 ? share / mass : NAN;
}

typedef struct {
    Bytes y_true;
    Doubles score;
    Longs codes;
    Doubles weight;
    Longs times;
    int64_t measure;
    double bound, prevalence;
    Doubles found;
} LeftOut;

/* What a row's weight is multiplied by, by side and answer. */
typedef struct {
    double of[2][2];
} Scale;

/* The weight of a row, and its side: 0 drawn, 1 left out. */
static inline double mass_of(const LeftOut *job, int64_t row, int *side)
{
    int64_t drawn = AT(job->times, AT(job->codes, row));
    *side = drawn ? 0 : 1;
    return drawn ? AT(job->weight, row) * (double)drawn : AT(job->weight, row);
}

/* Weigh both sides: their positives and negatives, and the scale of their rows; false where a side
   has no row of a kind that must have a share. */
static bool weigh_sides(const LeftOut *job, Side sides[2], Scale *scale)
{
    double sums[2][2] = {{0, 0}, {0, 0}};
    for (int64_t row = 0; row < job->score.rows; row++) {
        int side;
        double mass = mass_of(job, row, &side);
        sums[side][AT(job->y_true, row) ? 1 : 0] += mass;
    }
    for (int side = 0; side < 2; side++) {
        double share = job->prevalence;
        scale->of[side][0] = scale_of(sums[side][0], share >= 0 ? 1 - share : -1.0);
        scale->of[side][1] = scale_of(sums[side][1], share);
        if (isnan(scale->of[side][0]) || isnan(scale->of[side][1]))
            return false;
        sides[side].negatives = sums[side][0] * scale->of[side][0];
        sides[side].positives = sums[side][1] * scale->of[side][1];
    }
    return true;
}

/* Count a row as flagged. */
static void flag_row(const LeftOut *job, int64_t row, double mass, const double scale[2],
                     Side *side)
{
    if (AT(job->y_true, row))
        side->hits += mass * scale[1];
    else
        side->misses += mass * scale[0];
}

static bool meets_bound(const LeftOut *job, const Side *side)
{
    double value = value_of(job->measure, side);
    bool rising = job->measure == PRECISION || job->measure == RECALL;
    return rising ? value >= job->bound : value <= job->bound;
}

/* The threshold that the drawn groups choose; NaN where none meets the bound. */
static double choose_threshold(const LeftOut *job, Side side, const Scale *scale)
{
    double chosen = NAN;
    int64_t last = -1, rows = job->score.rows;
    for (int64_t row = 0; row <= rows; row++) {
        int which = 0;
        double mass = row < rows ? mass_of(job, row, &which) : 0;
        if (which == 1)
            continue;
        bool ended = row == rows || (last >= 0 && AT(job->score, row) != AT(job->score, last));
        if (last >= 0 && ended && meets_bound(job, &side)) { /* a run of equal scores */
            chosen = AT(job->score, last);
            if (job->measure == RECALL)
                break;
        }
        if (row < rows)
            flag_row(job, row, mass, scale->of[0], &side);
        last = row;
    }
    return chosen;
}

/* resampled.MEASURES, on groups drawn no times, of the threshold that the drawn groups choose. */
static int64_t left_out_of(LeftOut *job)
{
    Side sides[2] = {{0, 0, 0, 0}, {0, 0, 0, 0}};
    Scale scale;
    for (int k = 0; k < N_MEASURES; k++)
        AT(job->found, k) = NAN;
    if (!weigh_sides(job, sides, &scale))
        return 0;
    double chosen = choose_threshold(job, sides[0], &scale);
    if (isnan(chosen))
        return 0;
    bool flagged = false;
    for (int64_t row = 0; row < job->score.rows && AT(job->score, row) >= chosen; row++) {
        int side;
        double mass = mass_of(job, row, &side);
        if (side == 0)
            continue;
        flagged = true;
        flag_row(job, row, mass, scale.of[1], &sides[1]);
    }
    for (int k = 0; k < N_MEASURES; k++) {
        if (flagged)
            AT(job->found, k) = value_of(k, &sides[1]);
        else if (k != PRECISION)
            AT(job->found, k) = 0;
    }
    return 0;
}
ENTRY(left_out, LeftOut)
