// Parses requests from JSON.
#include "cli/serve_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "cli/json_settings.hpp"
#include "history/json_reader.hpp"
#include "model/nearest_word.hpp"
#include "model/utf8.hpp"
#include "settings/table.hpp"

namespace oversee::cli {
namespace {

using history::JsonValue;

constexpr std::size_t kLongestId = 256;
// The kernel's maximum for one argument, without its terminating zero (MAX_ARG_STRLEN, execve(2)).
constexpr std::size_t kLongestWord = 128 * 1024 - 1;
constexpr std::size_t kLongestMistype = 40;  // longer words are not compared with known ones

constexpr std::array<std::string_view, 4> kOperations{"run", "cancel", "status", "list"};
constexpr std::array<std::string_view, 14> kRunKeys{"id",   "op",    "argv",      "shell",   "script",
                                                    "args", "env",   "directory", "timeout", "labels",
                                                    "name", "stdin", "settings",  "output"};
constexpr std::array<std::string_view, 3> kRunNamingKeys{"id", "op", "run"};
constexpr std::array<std::string_view, 2> kListKeys{"id", "op"};

// Settings that a served run cannot have, with the reason.
struct Withheld {
  std::string_view name;
  std::string_view why;
};
constexpr std::string_view kShownByEvents = "what the command prints comes as events";
constexpr std::string_view kOneByOne = "ask for as many runs";
constexpr std::array kWithheld{
    Withheld{"shell-line", "write \"shell\" beside \"op\""},
    Withheld{"script", "write \"script\" beside \"op\""},
    Withheld{"stdin", "write \"stdin\" beside \"op\""},
    Withheld{"events", "they go to the one who asked"},
    Withheld{"show", kShownByEvents},
    Withheld{"quiet", kShownByEvents},
    Withheld{"timestamps", kShownByEvents},
    Withheld{"mask-live", kShownByEvents},
    Withheld{"summary", "it comes as the result"},
    Withheld{"digest", kShownByEvents},
    Withheld{"ci", kShownByEvents},
    Withheld{"ci-stop-commands", kShownByEvents},
    Withheld{"repeat", kOneByOne},
    Withheld{"until-fail", kOneByOne},
    Withheld{"jobs", "oversee serve --max-concurrent says how many run at once"},
    Withheld{"detach", "the run is one of oversee serve's"},
    Withheld{"verbose", "what it says comes as events"},
    Withheld{"explain", "ask oversee itself"},
    Withheld{"format", "ask oversee itself"},
};

// Request keys that are also settings.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kTwice{
    std::pair{"env", "env"}, std::pair{"directory", "directory"}, std::pair{"timeout", "timeout"},
    std::pair{"labels", "label"}, std::pair{"name", "name"}};

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  return word.size() > kLongestMistype ? std::string_view() : model::nearest(word, known);
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
  const std::string_view near = nearest(word, known);
  return near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
}

std::string listed(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

bool has_nul(const JsonValue& value) {
  const auto in_text = [](const std::string& text) { return text.find('\0') != std::string::npos; };
  if (const auto* text = value.text()) return in_text(*text);
  if (const auto* list = value.array()) return std::ranges::any_of(*list, has_nul);
  const auto* members = value.object();
  return members != nullptr && std::ranges::any_of(*members, [&](const auto& member) {
           return in_text(member.first) || has_nul(member.second);
         });
}

// Reports only the first error: after an error further calls do nothing.
class RequestReader {
 public:
  explicit RequestReader(const JsonValue& document) : document_(document) {}

  std::expected<Request, RequestError> read() {
    id_ = id();
    Request request = operation();
    if (!error_.empty()) return std::unexpected(RequestError{id_, error_});
    return request;
  }

 private:
  void fail(std::string sentence) {
    if (error_.empty()) error_ = std::move(sentence);
  }

  std::string id() {
    const JsonValue* value = document_.member("id");
    if (value == nullptr) return fail("a request needs an \"id\", by which its answers can be told"), "";
    const std::string* text = value->text();
    if (text == nullptr || text->empty() || text->size() > kLongestId) {
      return fail(fmt::format("'id': expected a text of 1 to {} bytes", kLongestId)), "";
    }
    return *text;
  }

  Request operation() {
    const JsonValue* op = document_.member("op");
    if (op == nullptr) {
      fail(fmt::format("a request needs an \"op\": {}", listed(kOperations)));
    } else if (op->text() == nullptr) {
      fail(fmt::format("'op': expected one of {}", listed(kOperations)));
    } else if (*op->text() == "run") {
      return run();
    } else if (*op->text() == "cancel") {
      check_keys(kRunNamingKeys);
      if (document_.member("run") == nullptr) fail("a cancel needs the \"run\" that it ends");
      return CancelRequest{id_, text("run").value_or("")};
    } else if (*op->text() == "status") {
      check_keys(kRunNamingKeys);
      return StatusRequest{id_, text("run")};
    } else if (*op->text() == "list") {
      check_keys(kListKeys);
    } else {
      const std::string near = did_you_mean(*op->text(), kOperations);
      fail(fmt::format("'op': no such request: {}{}", quoted_word(*op->text()),
                       near.empty() ? fmt::format("; there are {}", listed(kOperations)) : near));
    }
    return ListRequest{id_};
  }

  void check_keys(std::span<const std::string_view> known) {
    const auto& members = *document_.object();
    for (auto each = members.begin(); each != members.end(); ++each) {
      const std::string& key = each->first;
      if (std::ranges::find(known, key) == known.end()) {
        return fail(fmt::format("no such key here: {}{}", quoted_word(key), did_you_mean(key, known)));
      }
      if (std::find_if(members.begin(), each, [&](const auto& other) { return other.first == key; }) != each) {
        return fail(fmt::format("'{}' is given twice", key));
      }
    }
  }

  std::optional<std::string> text(std::string_view key) {
    const JsonValue* value = document_.member(key);
    if (value == nullptr) return {};
    if (value->text() == nullptr || value->text()->empty()) {
      fail(fmt::format("'{}': expected a text that is not empty", key));
      return {};
    }
    return *value->text();
  }

  RunRequest run() {
    check_keys(kRunKeys);
    request_.id = id_;
    command();
    for (const auto& [key, setting] : kTwice) {
      if (const JsonValue* value = document_.member(key)) flag(key, setting, *value);
    }
    input();
    settings();
    if (const JsonValue* output = document_.member("output")) {
      if (output->boolean() == nullptr) fail("'output': expected true or false");
      request_.output = output->boolean() == nullptr || *output->boolean();
    }
    for (const auto* words : {&request_.flags, &request_.words}) {
      if (std::ranges::any_of(*words, [](const std::string& word) { return word.size() > kLongestWord; })) {
        fail("a text in it has more than the 128 KiB that the kernel takes as one argument of a program");
      }
    }
    return std::move(request_);
  }

  void command() {
    const auto has = [this](std::string_view key) { return document_.member(key) != nullptr; };
    const int forms = int{has("argv")} + int{has("shell")} + int{has("script")};
    const JsonValue* settings = document_.member("settings");
    const bool profile = settings != nullptr && settings->member("profile") != nullptr;
    if (forms > 1 || (forms == 0 && !profile)) {
      return fail("a run needs one of \"argv\", \"shell\" and \"script\", or a profile that has a command");
    }
    if (has("argv") && has("args")) return fail("'args' goes with \"shell\" or \"script\"; \"argv\" has its own");
    words("argv");
    words("args");
    if (has("argv") && request_.words.empty()) fail("'argv' is empty; its first text is the program");
    if (const auto line = text("shell")) request_.flags.push_back("--shell-line=" + *line);
    if (const auto file = text("script")) request_.flags.push_back("--script=" + *file);
  }

  void words(std::string_view key) {
    const JsonValue* value = document_.member(key);
    if (value == nullptr) return;
    const auto* list = value->array();
    if (list == nullptr || !std::ranges::all_of(*list, [](const JsonValue& each) { return each.text() != nullptr; })) {
      return fail(fmt::format("'{}': expected a list of texts", key));
    }
    for (const JsonValue& each : *list) request_.words.push_back(*each.text());
  }

  void input() {
    const auto what = text("stdin");
    if (what == "inherit" || what == "replay")
      return fail("'stdin': oversee's own brings the requests; expected \"null\" or a file's name");
    request_.flags.push_back("--stdin=" + what.value_or("null"));
  }

  void settings() {
    const JsonValue* value = document_.member("settings");
    if (value == nullptr) return;
    if (value->object() == nullptr) return fail("'settings': expected an object");
    std::vector<std::string_view> known;
    for (const settings::Setting& each : settings::table()) known.push_back(each.name);
    for (const auto& [key, each] : *value->object()) {
      const auto* const withheld = std::ranges::find(kWithheld, std::string_view(key), &Withheld::name);
      if (withheld != kWithheld.end()) {
        return fail(fmt::format("'settings.{}' is not for a run of serve: {}", key, withheld->why));
      }
      const auto* const twice =
          std::ranges::find(kTwice, std::string_view(key), [](const auto& p) { return p.second; });
      if (twice != kTwice.end() && document_.member(twice->first) != nullptr) {
        return fail(fmt::format("'{}' and 'settings.{}' are one setting; give one of them", twice->first, key));
      }
      if (settings::find(key) == nullptr) {
        return fail(fmt::format("no such setting: {}{}", quoted_word(key), did_you_mean(key, known)));
      }
      if (value->member(key) != &each) return fail(fmt::format("'settings.{}' is given twice", key));
      if (each.text() != nullptr && *each.text() == "-") {
        return fail(fmt::format("'settings.{}': '-' is stdout, which brings the answers; expected a file's name", key));
      }
      flag(fmt::format("settings.{}", key), key, each);
    }
  }

  void flag(std::string_view key, std::string_view name, const JsonValue& value) {
    auto flags = json_flags(*settings::find(name), value);
    if (!flags) return fail(fmt::format("'{}': {}", key, flags.error()));
    std::ranges::move(*flags, std::back_inserter(request_.flags));
  }

  const JsonValue& document_;
  std::string id_;
  RunRequest request_;
  std::string error_;
};

}  // namespace

std::expected<Request, RequestError> read_request(std::string_view line) {
  const auto refuse = [](std::string_view sentence) {
    return std::unexpected(RequestError{{}, std::string(sentence)});
  };
  if (line.find('\0') != std::string_view::npos) return refuse("a NUL byte is in the line");
  if (!model::is_utf8(line)) return refuse("the line is not UTF-8, as JSON is");
  const auto document = history::read_json(line);
  if (!document) return refuse(R"(not JSON; a request is one object a line, such as {"id": "1", "op": "list"})");
  if (document->object() == nullptr) return refuse("a request is an object");
  if (has_nul(*document)) {
    const std::string* id = document->text("id");
    const bool readable = id != nullptr && id->find('\0') == std::string::npos && id->size() <= kLongestId;
    return std::unexpected(RequestError{readable ? *id : "", "a text in it has a NUL, which no argument can have"});
  }
  return RequestReader(*document).read();
}

const std::string& id_of(const Request& request) {
  return std::visit([](const auto& each) -> const std::string& { return each.id; }, request);
}

}  // namespace oversee::cli
