// A folder of its own for one test case, gone at its end.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace reprise::testing {

class FreshFolder {
 public:
  FreshFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "reprise-storage-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~FreshFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  FreshFolder(const FreshFolder&) = delete;
  std::filesystem::path path() const { return path_; }
  std::string store() const { return (path_ / "store").string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace reprise::testing
