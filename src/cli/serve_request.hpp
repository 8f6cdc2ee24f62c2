// The requests of oversee serve, one a line: what they say, or what is wrong with them. Nothing is done here.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace oversee::cli {

// The longest line that is read, in bytes.
inline constexpr std::size_t kLongestRequest = 1024 * 1024;

struct RunRequest {
  std::string id;
  std::vector<std::string> flags;  // as oversee takes them
  std::vector<std::string> words;  // the command, or its arguments; they go behind "--"
  bool output = true;              // stdout and stderr are wanted as events
};

struct CancelRequest {
  std::string id;
  std::string run;
};

struct StatusRequest {
  std::string id;
  std::optional<std::string> run;  // none: of all
};

struct ListRequest {
  std::string id;
};

using Request = std::variant<RunRequest, CancelRequest, StatusRequest, ListRequest>;

struct RequestError {
  std::string id;  // empty where it could not be read
  std::string sentence;
};

std::expected<Request, RequestError> read_request(std::string_view line);

const std::string& id_of(const Request& request);

}  // namespace oversee::cli
