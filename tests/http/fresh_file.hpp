// A file name in a folder of its own for one test case; the folder is gone at its end.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace reprise::testing {

class FreshFile {
 public:
  FreshFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "reprise-http-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) folder_ = pattern;
  }
  ~FreshFile() {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }
  FreshFile(const FreshFile&) = delete;

  std::filesystem::path folder() const { return folder_; }
  std::string name() const { return (folder_ / "principals.json").string(); }
  // As another file each time: what watches it may know changes by the time alone, which not every kernel counts
  // finely.
  void write(std::string_view text) const {
    std::ofstream(name() + ".new", std::ios::binary | std::ios::trunc)
        .write(text.data(), static_cast<std::streamsize>(text.size()));
    std::filesystem::rename(name() + ".new", name());
  }
  std::string read() const {
    std::ostringstream out;
    out << std::ifstream(name(), std::ios::binary).rdbuf();
    return out.str();
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace reprise::testing
