// Tests whether /proc is usable: on made-up texts and on this machine.
#include "os/proc.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <string>

#include "os/kernel_text.hpp"

namespace oversee::os {
namespace {

using model::ProcView;

TEST_CASE("proc: is ours if it shows one pid for us, and that is ours") {
  CHECK(judge_proc("7", "Name:\tx\nNSpid:\t7\n", 7) == ProcView::all);
  CHECK(judge_proc("7", "Name:\tx\n", 7) == ProcView::all);
}

TEST_CASE("proc: another pid for us means another namespace") {
  CHECK(judge_proc("4711", "NSpid:\t4711\t7\n", 7) == ProcView::foreign);
  CHECK(judge_proc("70", "NSpid:\t70\t7\n", 7) == ProcView::foreign);
  CHECK(judge_proc("", "NSpid:\t7\n", 7) == ProcView::foreign);
}

TEST_CASE("proc: a pid that is equal in both namespaces by chance") {
  CHECK(judge_proc("7", "Name:\tNSpid:\nNSpid:\t7\t7\n", 7) == ProcView::foreign);
}

TEST_CASE("proc: without a text the view is unknown") { CHECK(judge_proc("7", "", 7) == ProcView::absent); }

TEST_CASE("proc: mount options hide processes") {
  const std::array<gid_t, 2> groups{27, 1000};
  const auto hides = [&](const std::string& options) {
    return hides_processes("21 27 0:20 / /sys rw - sysfs sysfs rw\n22 27 0:21 / /proc rw,relatime - proc proc " +
                               options + "\n23 22 0:22 / /proc/sys rw - tmpfs hidepid=2 rw\n",
                           groups);
  };
  CHECK(hides("rw,hidepid=2"));
  CHECK(hides("rw,gid=28,hidepid=invisible"));
  CHECK(hides("rw,hidepid=1"));
  CHECK(hides("rw,gid=27,hidepid=4"));
  CHECK_FALSE(hides("rw,gid=27,hidepid=invisible"));
  CHECK(hides("rw,hidepid=ptraceable"));
  CHECK_FALSE(hides("rw"));
  CHECK_FALSE(hides("rw,hidepid=0"));
  CHECK_FALSE(hides("rw,hidepid=off"));
  CHECK_FALSE(hides_processes("22 27 0:21 / /mnt/proc rw - proc proc rw,hidepid=2\n", groups));
  CHECK_FALSE(hides_processes("22 27 0:21 / /proc rw - proc proc rw,hidepid=2\n23 22 0:22 / /proc rw - proc proc rw\n",
                              groups));
  CHECK_FALSE(hides_processes("", groups));
}

TEST_CASE("proc: a path contains the pid; that of this program is executable") {
  REQUIRE(proc_is_ours());
  CHECK(proc_path(12, "stat") == "/proc/12/stat");
  CHECK(::access(own_executable().c_str(), X_OK) == 0);
}

}  // namespace
}  // namespace oversee::os
