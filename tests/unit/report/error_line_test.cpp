// Tests which lines look like errors, and which only mention them.
#include "report/error_line.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

namespace oversee::report {
namespace {

TEST_CASE("error line: the errors of compilers, shells, interpreters and test runners") {
  for (const std::string_view line : {
           "foo.c:3:5: error: expected ';' before '}' token",
           "a.cc:1:10: fatal error: no_such.h: No such file or directory",
           "error[E0308]: mismatched types",
           "src/a.ts(3,1): error TS2304: Cannot find name 'x'.",
           "main.cpp(4): error C2065: 'y': undeclared identifier",
           "/usr/bin/ld: a.o: undefined reference to `f'",
           "collect2: error: ld returned 1 exit status",
           "make: *** [Makefile:3: all] Error 2",
           "fatal: not a git repository",
           "panic: runtime error: index out of range",
           "thread 'main' panicked at src/main.rs:2:5:",
           "Traceback (most recent call last):",
           "ValueError: no such value",
           "java.lang.IllegalStateException: closed",
           "Exception in thread \"main\" java.lang.Error",
           "a.out: a.c:3: main: Assertion `x > 0' failed.",
           "sh: 1: Segmentation fault (core dumped)",
           "bash: line 1: frobnicate: command not found",
           "cat: x: No such file or directory",
           "--- FAIL: TestUpload (0.00s)",
           "FAIL src/upload.test.js",
           "FAILED tests/test_upload.py::test_large - assert 1 == 2",
           "E       assert 1 == 2",
           "not ok 3 - uploads",
           "[ERROR] Failed to execute goal",
           "2026-11-24 12:00:00 ERROR upload: refused",
           "npm ERR! code ELIFECYCLE error: x",
           "==12==ERROR: AddressSanitizer: heap-use-after-free",
           "   error: indented",
           "-- 0 warnings, error: and yet",
       }) {
    CAPTURE(line);
    CHECK(looks_like_error(line));
  }
}

TEST_CASE("error line: lines that only mention errors") {
  for (const std::string_view line : {
           "",
           "   ",
           "0 errors",
           "0 errors, 3 warnings",
           "0 FAILED",
           "# FAIL:  0",
           "Errors: 0",
           "error: 0",
           "error: none",
           "no error: all well",
           "cc -Wall -Werror -c a.c",
           "cc -Werror: x",
           "cc1: all warnings being treated as errors",
           "error_handler.c compiled",
           "gcc -c error_handler.c -o error.o",
           "ON_ERROR: stop",
           "psql -v ON_ERROR_STOP=1",
           "ERROR=0",
           "XFAIL: known",
           "nonfatal: ignored",
           "non-fatal: ignored",
           "ok 12 - prints error: on bad input",
           "test error::fatal ... ok",
           "tests/a.py::test_FAILED PASSED",
           "\xe2\x9c\x93 shows error: to the user",
           "+ grep 'error: ' build.log",
           "foo.c:3: warning: 'error: x' in string",
           "{\"error\": null}",
           "not ok 4 - later # TODO not yet",
           "the fatal flaw",
       }) {
    CAPTURE(line);
    CHECK_FALSE(looks_like_error(line));
  }
}

TEST_CASE("error line: the first of several; a traceback by its exception") {
  const std::vector<std::string_view> none{"all", "well"};
  CHECK_FALSE(first_error(none));
  const std::vector<std::string_view> two{"x", "a: error: one", "b: error: two"};
  CHECK(first_error(two) == "a: error: one");
  const std::vector<std::string_view> python{"Traceback (most recent call last):",
                                             "  File \"a.py\", line 1, in <module>",
                                             "    f()",
                                             "",
                                             "ValueError: no",
                                             "more"};
  CHECK(first_error(python) == "ValueError: no");
  const std::vector<std::string_view> cut{"Traceback (most recent call last):", "  File \"a.py\""};
  CHECK(first_error(cut) == "Traceback (most recent call last):");
}

}  // namespace
}  // namespace oversee::report
