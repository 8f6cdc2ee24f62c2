// Parses and checks the requests of oversee serve, one per line. Performs nothing.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace oversee::cli {

// The maximum length of a line in bytes.
inline constexpr std::size_t kLongestRequest = 1024 * 1024;

struct RunRequest {
  std::string id;
  std::vector<std::string> flags;  // flags of oversee
  std::vector<std::string> words;  // the command or its arguments; placed after "--"
  bool output = true;              // send stdout and stderr as events
};

struct CancelRequest {
  std::string id;
  std::string run;
};

struct StatusRequest {
  std::string id;
  std::optional<std::string> run;  // none: all runs
};

struct ListRequest {
  std::string id;
};

using Request = std::variant<RunRequest, CancelRequest, StatusRequest, ListRequest>;

struct RequestError {
  std::string id;  // empty if it could not be read
  std::string sentence;
};

std::expected<Request, RequestError> read_request(std::string_view line);

const std::string& id_of(const Request& request);

}  // namespace oversee::cli
