// Tests that our cgroup names are recognized, and only these.
#include "model/cgroup_name.hpp"

#include <doctest/doctest.h>

namespace oversee::model {
namespace {

TEST_CASE("cgroup name: our names are recognized") {
  CHECK(cgroup_name("20261123-121659-k3f7", 1) == "oversee-20261123-121659-k3f7-1");
  for (const int attempt : {1, 9, 10, 4711}) {
    const std::string name = cgroup_name("20261123-121659-k3f7", attempt);
    CHECK(is_cgroup_name(name));
    CHECK(is_cgroup_name(name + std::string(kOwnCgroupSuffix)));
  }
}

TEST_CASE("cgroup name: other names are not") {
  for (const char* name :
       {"", "oversee", "oversee-", "oversee-e2e-5b0cbb5e-8f0e", "oversee.service", "oversee-20261123-121659-k3f7",
        "oversee-20261123-121659-k3f7-", "oversee-20261123-121659-k3f7--own", "oversee-20261123-121659-K3F7-1",
        "oversee-20261123-121659-k3f9-1x", "oversee-20261123_121659-k3f7-1", "xoversee-20261123-121659-k3f7-1",
        "oversee-20261123-121659-k3f7-1-own-own", "oversee-2026112-121659-k3f7-1"}) {
    CAPTURE(name);
    CHECK_FALSE(is_cgroup_name(name));
  }
}

}  // namespace
}  // namespace oversee::model
