// Headers that most unit tests include, parsed once per build.
#include <doctest/doctest.h>

#include "../../../src/precompiled/headers.hpp"
