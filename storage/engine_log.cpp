#include "storage/engine_log.hpp"

#include <array>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <mutex>

#include "events/time.hpp"

namespace reprise::storage {
namespace {

constexpr long kTurn = 1 << 20;

class EngineLog final : public rocksdb::Logger {
 public:
  explicit EngineLog(const std::string& folder) : Logger(rocksdb::InfoLogLevel::WARN_LEVEL), path_(folder + "/LOG") {
    file_ = std::fopen(path_.c_str(), "ae");
  }
  ~EngineLog() override {
    if (file_ != nullptr) std::fclose(file_);
  }
  EngineLog(const EngineLog&) = delete;

  using Logger::Logv;
  void Logv(const char* format, std::va_list arguments) override {
    std::array<char, 2048> text{};
    const int size = std::vsnprintf(text.data(), text.size(), format, arguments);
    if (size <= 0) return;
    std::string line = to_string(std::chrono::floor<Duration>(std::chrono::system_clock::now())) + ' ' + text.data();
    if (line.back() != '\n') line.push_back('\n');
    const std::lock_guard lock(mutex_);
    if (file_ == nullptr) return;
    std::clearerr(file_);
    std::fwrite(line.data(), 1, line.size(), file_);
    std::fflush(file_);
    if (std::ftell(file_) > kTurn) turn();
  }

 private:
  void turn() {
    std::fclose(file_);
    std::rename(path_.c_str(), (path_ + ".old").c_str());
    file_ = std::fopen(path_.c_str(), "ae");
  }

  const std::string path_;
  std::mutex mutex_;
  std::FILE* file_ = nullptr;
};

class SilentLog final : public rocksdb::Logger {
 public:
  SilentLog() : Logger(rocksdb::InfoLogLevel::FATAL_LEVEL) {}
  using Logger::Logv;
  void Logv(const char*, std::va_list) override {}
};

}  // namespace

std::shared_ptr<rocksdb::Logger> engine_log(const std::string& folder) { return std::make_shared<EngineLog>(folder); }
std::shared_ptr<rocksdb::Logger> silent_log() { return std::make_shared<SilentLog>(); }

}  // namespace reprise::storage
