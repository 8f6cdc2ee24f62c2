// Tests the Markdown report, and text that needs escapes in Markdown.
#include "report/markdown_report.hpp"

#include <doctest/doctest.h>

#include "golden.hpp"
#include "report/markdown_text.hpp"
#include "told_run.hpp"

namespace oversee::report {
namespace {

TEST_CASE("markdown: a run that fails, as a page") {
  ToldRun run;
  std::string document;
  MarkdownReport report(run.digest, [&](std::string_view text) { document = text; });
  run.tell(report);
  run.start();
  run.attempt("cc a.c\na.c:1: error: x < y\n", "", made_up_result(model::Status::timed_out, model::Reason::timeout));
  run.attempt(kHostileOutput, "b.c:2: error: ```\n", made_up_exit(2));
  run.finish();
  CHECK(document == golden("report.md", document));
}

TEST_CASE("markdown: a pass has no output") {
  ToldRun run;
  std::string document;
  MarkdownReport report(run.digest, [&](std::string_view text) { document = text; });
  run.tell(report);
  run.start();
  run.attempt("error: none that counts\n", "", made_up_exit(0));
  run.finish();
  CHECK(document.starts_with("# make: passed\n\nexit 0 after 1.5s\n\n| attempt "));
  CHECK(document.find("Last lines") == std::string::npos);
}

TEST_CASE("markdown: words, code and blocks appear verbatim") {
  CHECK(markdown_words("a|b *c* <d> [e](f)\n# g") == "a\\|b \\*c\\* &lt;d\\> \\[e\\]\\(f\\)?\\# g");
  CHECK(markdown_code("plain") == "`plain`");
  CHECK(markdown_code("`a``b") == "``` `a``b ```");
  CHECK(markdown_block("", "x") == "```\nx\n```\n");
  CHECK(markdown_block("text", "````\n") == "`````text\n````\n`````\n");
}

}  // namespace
}  // namespace oversee::report
