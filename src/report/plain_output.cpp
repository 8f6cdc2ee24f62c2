// Makes output plain.
#include "report/plain_output.hpp"

#include "model/safe_text.hpp"
#include "model/utf8.hpp"

namespace oversee::report {

void PlainOutput::strip(std::string_view bytes, std::string& out) {
  stripper_.strip(bytes, text_);
  pass_on(text_.size() - model::unfinished_tail(text_), out);
}

void PlainOutput::release(std::string& out) {
  stripper_.release(text_);
  pass_on(text_.size(), out);
}

void PlainOutput::pass_on(std::size_t size, std::string& out) {
  out += model::harmless_output(std::string_view(text_).substr(0, size));
  text_.erase(0, size);
}

}  // namespace oversee::report
