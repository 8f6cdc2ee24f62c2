// What most unit tests include anyway, parsed once for the build.
#include <doctest/doctest.h>

#include "../../../src/precompiled/headers.hpp"
