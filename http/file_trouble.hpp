// A secret file that cannot be used any more: the operator is told once when that begins, and once when it ends.
#pragma once

#include <string>
#include <string_view>

#include "events/error.hpp"
#include "http/server_log.hpp"

namespace reprise::http {

// "the principals file FILE cannot be used: ..."; `what` is "principals file".
std::string unusable(std::string_view what, const std::string& file, const Error& error);

// One thread at a time.
class FileTrouble {
 public:
  FileTrouble(std::string_view what, const std::string& file, ServerLog log);

  // What a reading of the file has found, a sentence without its end; empty: nothing is wrong.
  void found(const std::string& trouble);

 private:
  const std::string name_;
  const ServerLog log_;
  bool told_ = false;
};

}  // namespace reprise::http
