// Tests the masking of secrets in command lines.
#include "model/secrets.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace oversee::model {
namespace {

using Words = std::vector<std::string>;

TEST_CASE("secrets: variables are recognized by name") {
  for (const std::string_view name :
       {"GITHUB_TOKEN", "SECRET", "DB_PASSWORD", "MYSQL_PASSWD", "aws_secret_access_key", "ApiKey"}) {
    CAPTURE(name);
    CHECK(names_secret(name));
  }
  for (const std::string_view name : {"PATH", "USER", "PASS_COUNT", ""}) {
    CAPTURE(name);
    CHECK_FALSE(names_secret(name));
  }
  CHECK(masked_assignment("A_TOKEN=x=y") == "A_TOKEN=***");
  CHECK(masked_assignment("A_TOKEN=") == "A_TOKEN=");
  CHECK(masked_assignment("A_TOKEN") == "A_TOKEN");
  CHECK(masked_assignment("HOME=/x") == "HOME=/x");
}

TEST_CASE("secrets: arguments of a command are masked") {
  struct Case {
    Words words, masked;
  };
  const Case cases[] = {
      {{"curl", "--password=s3", "x"}, {"curl", "--password=***", "x"}},
      {{"curl", "--token", "s3", "x"}, {"curl", "--token", "***", "x"}},
      {{"a", "-token", "s3"}, {"a", "-token", "***"}},
      {{"a", "--db-password", "s3", "--api-key=k"}, {"a", "--db-password", "***", "--api-key=***"}},
      {{"a", "--AUTH_TOKEN=s3"}, {"a", "--AUTH_TOKEN=***"}},
      {{"env", "A_TOKEN=s3", "HOME=/x"}, {"env", "A_TOKEN=***", "HOME=/x"}},
      {{"env", "A_TOKEN=two words"}, {"env", "A_TOKEN=***"}},
      {{"docker", "run", "-e", "MY_SECRET=s3"}, {"docker", "run", "-e", "MY_SECRET=***"}},
      {{"a", "--token", "--verbose"}, {"a", "--token", "--verbose"}},
      {{"a", "--token"}, {"a", "--token"}},
      {{"a", "--password=", ""}, {"a", "--password=", ""}},
      {{"a", "--keyboard", "de", "--keep", "1", "token", "x"}, {"a", "--keyboard", "de", "--keep", "1", "token", "x"}},
      {{"sh", "-c", "A_TOKEN=s3 run --password s4"}, {"sh", "-c", "A_TOKEN=*** run --password ***"}},
      {{"https://x/?token=s3"}, {"https://x/?token=s3"}},
  };
  for (const Case& each : cases) {
    CAPTURE(each.words.at(0));
    CHECK(masked_words(each.words) == each.masked);
  }
}

TEST_CASE("secrets: shell lines are masked") {
  struct Case {
    std::string_view line, masked;
  };
  constexpr Case kCases[] = {
      {"", ""},
      {"echo a | wc", "echo a | wc"},
      {"API_KEY=s3 make;A_TOKEN=s4 make", "API_KEY=*** make;A_TOKEN=*** make"},
      {"export A_SECRET='two words' && x", "export A_SECRET=*** && x"},
      {"A_SECRET=\"a\\\"b c\" x", "A_SECRET=*** x"},
      {"A_SECRET=a\\ b x", "A_SECRET=*** x"},
      {"x --password 's 3' --token=s4", "x --password *** --token=***"},
      {"(x --token s3)", "(x --token ***)"},
      {"x --token | y", "x --token | y"},
      {"A_SECRET='never closed", "A_SECRET=***"},
      {"A_SECRET=\\", "A_SECRET=***"},
      {"'A_SECRET'=s3", "'A_SECRET'=s3"},
  };
  for (const Case& each : kCases) {
    CAPTURE(each.line);
    CHECK(masked_line(each.line) == each.masked);
  }
}

}  // namespace
}  // namespace oversee::model
