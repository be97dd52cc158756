#include "CPlatform.h"

#ifdef __linux__
#include <sys/prctl.h>

int adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0; }

#else

int adopt_orphans(void) { return 0; }

#endif
