#include "http/file_trouble.hpp"

#include <utility>

namespace reprise::http {

namespace {

std::string name_of(std::string_view what, const std::string& file) { return "the " + std::string(what) + " " + file; }

}  // namespace

std::string unusable(std::string_view what, const std::string& file, const Error& error) {
  std::string text = name_of(what, file) + " cannot be used: " + error.detail;
  if (text.ends_with('.')) text.pop_back();  // more may follow
  if (!error.where.empty() && text.find(error.where) == std::string::npos) text += " (at " + error.where + ")";
  return text;
}

FileTrouble::FileTrouble(std::string_view what, const std::string& file, ServerLog log)
    : name_(name_of(what, file)), log_(std::move(log)) {}

void FileTrouble::found(const std::string& trouble) {
  if (told_ == !trouble.empty()) return;
  told_ = !trouble.empty();
  if (!log_) return;
  if (told_) return log_(Severity::error, trouble);
  log_(Severity::info, name_ + " can be used again");
}

}  // namespace reprise::http
