/* One call from Python: the memory that it borrows, and its end where it fails. */
#include "arrays.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Block {
    struct Block *before;
    uint64_t padding; /* what follows is aligned to 16 bytes */
} Block;

static _Thread_local struct {
    jmp_buf end;
    Block *last;
    char message[200];
} call;

_Noreturn void fail(const char *message, const char *file, int line)
{
    snprintf(call.message, sizeof call.message, "%s: %s:%d", message, file, line);
    longjmp(call.end, 1);
}

EXPORT const char *failure(void) { return call.message; }

EXPORT int64_t is_checked(void)
{
#ifdef CHECKED
    return 1;
#else
    return 0;
#endif
}

#ifndef SOURCES
#define SOURCES "unknown"
#endif

/* Digest of the sources: see build.py. */
EXPORT const char *sources(void) { return SOURCES; }

static void *block(int64_t count, size_t size, bool zeros)
{
    size_t room = count > 0 ? (size_t)count : 0;
    if (room > (SIZE_MAX / 2 - sizeof(Block)) / size)
        fail("out of memory", __FILE__, __LINE__);
    Block *made = zeros ? calloc(1, sizeof(Block) + room * size)
                        : malloc(sizeof(Block) + room * size);
    if (!made)
        fail("out of memory", __FILE__, __LINE__);
    made->before = call.last;
    call.last = made;
    return made + 1;
}

void *borrow(int64_t count, size_t size) { return block(count, size, false); }

void *borrow_zeros(int64_t count, size_t size) { return block(count, size, true); }

void *borrowed(void) { return call.last; }

void give_back(void *kept)
{
    while (call.last != kept) {
        Block *before = call.last->before;
        free(call.last);
        call.last = before;
    }
}

int64_t guarded(Work work, void *job)
{
    volatile int64_t result = INT64_MIN; /* failed */
    call.last = NULL;
    if (setjmp(call.end) == 0)
        result = work(job);
    give_back(NULL);
    return result;
}
