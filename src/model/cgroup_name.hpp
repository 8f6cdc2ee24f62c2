// The names of the cgroups that a run makes: by them a later run knows what an earlier one has left.
#pragma once

#include <string>
#include <string_view>

namespace oversee::model {

// Of the group that holds an attempt's command: "oversee-20261123-121659-k3f9-1".
std::string cgroup_name(std::string_view run_id, int attempt);

// Of the group beside it that oversee itself moves to, where controllers ask for that.
inline constexpr std::string_view kOwnCgroupSuffix = "-own";

// Whether it is one of these.
bool is_cgroup_name(std::string_view name);

}  // namespace oversee::model
