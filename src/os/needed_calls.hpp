// The system calls without which nothing can be supervised.
#pragma once

namespace oversee::os {

// The name of the first of them that this system refuses, as a seccomp filter does (ENOSYS or EPERM); null: none. Each
// is tried on nothing, so that it does nothing. A run that began without one of them could neither see its command end
// nor stop it.
const char* refused_call();

}  // namespace oversee::os
