// Tests the JUnit report: the elements of each verdict, and text that would break XML. The schema is tested end to end.
#include "report/junit_report.hpp"

#include <doctest/doctest.h>

#include "golden.hpp"
#include "report/xml_text.hpp"
#include "told_run.hpp"

namespace oversee::report {
namespace {

using namespace std::string_view_literals;
using model::Reason;
using model::Status;

struct Reported : ToldRun {
  std::string document;
  JunitReport report{digest, [this](std::string_view text) { document = text; }};
  Reported() { tell(report); }

  bool has(std::string_view text) const { return document.find(text) != std::string::npos; }
};

TEST_CASE("junit: a run that fails in each of three attempts") {
  Reported run;
  run.start();
  run.attempt("cc a.c\na.c:1: error: x < y\n", "", made_up_exit(2));
  run.attempt("", "still\n", made_up_result(Status::timed_out, Reason::timeout));
  run.attempt(kHostileOutput, "", made_up_exit(2));
  run.finish();
  CHECK(run.document == golden("junit_rerun.xml", run.document));
}

TEST_CASE("junit: a run that passes in its third attempt") {
  Reported run;
  run.start();
  run.attempt("one\n", "", made_up_exit(2));
  run.attempt("two\n", "", made_up_result(Status::timed_out, Reason::idle_timeout));
  run.attempt("well\n", "", made_up_exit(0));
  run.finish();
  CHECK(run.document == golden("junit_flaky.xml", run.document));
}

TEST_CASE("junit: a pass that --flaky fails is a failure, with the attempts before it") {
  Reported run;
  run.start();
  run.attempt("one\n", "", made_up_exit(2));
  run.attempt("well\n", "", made_up_exit(0));
  run.finish({.on_flaky = model::OnFlaky::fail});
  CHECK(run.has("<failure message=\"exit 0 after 1.5s in attempt 2, flaky (attempt 1: exit 2)\" type=\"flaky\">"));
  CHECK_FALSE(run.has("flakyFailure"));
  CHECK(run.has("failures=\"1\""));
}

TEST_CASE("junit: an end that the command did not choose is an error") {
  for (const Reason reason : {Reason::timeout, Reason::signal, Reason::memory_limit, Reason::not_found, Reason::io}) {
    Reported run;
    run.start();
    run.attempt("", "", made_up_result(Status::failed, reason));
    run.finish();
    CAPTURE(to_string(reason));
    CHECK(run.has("<error message="));
    CHECK(run.has("failures=\"0\" errors=\"1\""));
  }
}

TEST_CASE("junit: names cannot end their attributes") {
  Reported run;
  run.info.name = "a\"<b>\n&\t\x01";
  run.start();
  run.attempt("", "", made_up_exit(0));
  run.finish();
  CHECK(run.has(
      "<testcase name=\"a&quot;&lt;b&gt;&#10;&amp;&#9;\" classname=\"oversee\" time=\"1.500\">\n    </testcase>"));
}

TEST_CASE("xml text: characters that XML does not allow are omitted") {
  CHECK(xml_content("a\0b\x1f\x7f\xc3\xa4"sv) == "ab&#x7f;\xc3\xa4");
  CHECK(xml_content("\u009b\u202e\u200b") == "&#x9b;&#x202e;&#x200b;");
  CHECK(xml_content("\xff\xc0\xaf\xed\xa0\x80") ==
        "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(xml_content("\xef\xbf\xbe\xef\xbf\xbf]]>\r\n\t") == "]]&gt;&#13;\n\t");
  CHECK(xml_attribute("\"<&>\r\n\t") == "&quot;&lt;&amp;&gt;&#13;&#10;&#9;");
}

}  // namespace
}  // namespace oversee::report
