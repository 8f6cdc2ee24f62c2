// The system calls that supervision depends on.
#pragma once

namespace oversee::os {

// Returns the name of the first needed system call that fails with ENOSYS or EPERM, as under a seccomp filter; null if
// none does. Each call is tried with arguments that have no effect. Without one of them a run could neither detect the
// end of its command nor stop it.
const char* refused_call();

}  // namespace oversee::os
