// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/// Keeps memory that was freed for what comes next, instead of giving it back to the system after each page of 50 KB and
/// asking for it anew: that cost a tenth of the page. It may add some tens of MB to a busy process, none to an idle one.
static inline void keepFreedMemory(void) {
#ifdef __GLIBC__
    mallopt(M_TRIM_THRESHOLD, 64 * 1024 * 1024);
    mallopt(M_MMAP_THRESHOLD, 4 * 1024 * 1024);
#endif
}
