#include "http/printed_ids.hpp"

#include <cstdint>
#include <utility>

namespace reprise::http {
namespace {

constexpr std::string_view kWorkflow = kPrintedWorkflow, kExecution = kPrintedExecution;
constexpr std::size_t kLongest = 128;  // of a text that may be an id, encoded twice
constexpr int kMostRounds = 3;         // of percent-encoding around the slash

// Where the slash ends that `text` begins with, encoded any number of times up to kMostRounds; 0: it begins with none.
std::size_t slash_at(std::string_view text) {
  if (text.starts_with('/')) return 1;
  if (!text.starts_with('%')) return 0;
  std::size_t at = 1;
  for (int round = 1; round < kMostRounds && text.substr(at, 2) == "25"; ++round) at += 2;
  const std::string_view code = text.substr(at, 2);
  return code == "2F" || code == "2f" ? at + 2 : 0;
}

std::optional<Uuid> after_prefix(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return parse_base62(text.substr(prefix.size()));
}

// Version 4 by its bits; drawn from the name, so that it is the same at each look.
Uuid uuid_of_name(std::string_view kind, std::string_view name) {
  // A name space of our own, so that no other use of names can give the same.
  static constexpr Uuid kSpace{
      {0x3d, 0x1f, 0x6a, 0x52, 0x8e, 0x0b, 0x4c, 0x7e, 0x9a, 0x44, 0x5b, 0x0c, 0x27, 0xd1, 0x90, 0xe6}};
  const Uuid hashed = uuid_v5(uuid_v5(kSpace, kind), name);
  std::uint64_t half[2] = {0, 0};
  for (std::size_t i = 0; i < hashed.bytes.size(); ++i) half[i / 8] = half[i / 8] << 8 | hashed.bytes[i];
  return uuid_v4(half[0], half[1]);
}

}  // namespace

void append_workflow_id(std::string& out, const Uuid& workflow) {
  out += kWorkflow;
  append_base62(out, workflow);
}

void append_run_id(std::string& out, const Uuid& workflow, const ExecutionId& execution) {
  append_workflow_id(out, workflow);
  out += '/';
  out += kExecution;
  append_base62(out, execution);
}

std::optional<RunName> parse_run_name(std::string_view text) {
  if (text.size() > kLongest) return std::nullopt;
  if (const auto plain = parse_uuid(text)) return RunName{*plain, std::nullopt};
  const std::size_t split = text.find_first_of("/%");
  if (split == std::string_view::npos) return std::nullopt;
  const std::size_t slash = slash_at(text.substr(split));
  if (slash == 0) return std::nullopt;
  const auto workflow = after_prefix(text.substr(0, split), kWorkflow);
  const auto execution = after_prefix(text.substr(split + slash), kExecution);
  if (!workflow || !execution) return std::nullopt;
  return RunName{*execution, *workflow};
}

Uuid workspace_uuid(std::string_view workspace) {
  if (const auto own = parse_uuid(workspace)) return *own;
  return uuid_of_name("workspace", workspace);
}

Uuid user_uuid(std::string_view workspace, std::string_view user) {
  if (const auto own = parse_uuid(user)) return *own;
  return uuid_of_name(std::string("user/").append(workspace), user);
}

}  // namespace reprise::http
