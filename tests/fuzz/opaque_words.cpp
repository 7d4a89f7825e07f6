// Words that clients carry without knowing what is in them, from arbitrary bytes: cursors, task tokens, secrets, ids.
// What was written reads back the same, and where a word is ours to write, no other text is taken for it.
#include <cstdint>
#include <string>
#include <string_view>

#include "actors/signing_secret.hpp"
#include "actors/task_token.hpp"
#include "events/base64.hpp"
#include "events/type_set.hpp"
#include "http/printed_ids.hpp"
#include "projections/feed_cursor.hpp"
#include "projections/list_cursor.hpp"
#include "projections/list_keys.hpp"
#include "require.hpp"

using namespace reprise;

namespace {

constexpr std::string_view kMark = "8 bytes.";
constexpr std::uint64_t kFilter = 0x0123'4567'89ab'cdef;

// Takes the input apart; what it does not have reads as zeros.
struct Input {
  std::string_view rest;
  std::string bytes(std::size_t size) {
    std::string out(rest.substr(0, size));
    rest.remove_prefix(out.size());
    out.resize(size, '\0');
    return out;
  }
  std::uint64_t number(std::size_t size) {
    std::uint64_t value = 0;
    for (const char c : bytes(size)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
};

void try_base64(std::string_view text) {
  if (const auto bytes = parse_base64url(text)) {
    std::string again;
    append_base64url(again, *bytes);
    require(again == text);
  }
  std::string word;
  append_base64url(word, text);
  require(word.size() == (text.size() * 4 + 2) / 3);
  require(parse_base64url(word) == std::string(text));
  // Section 4 differs by two digits and the padding.
  std::string plain;
  append_base64(plain, text);
  require(plain.size() == (text.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const char digit = i >= word.size() ? '=' : word[i] == '-' ? '+' : word[i] == '_' ? '/' : word[i];
    require(plain[i] == digit && (digit == '=' || base64_digit(digit) >= 0));
  }
}

void try_list_cursor(std::string_view text) {
  using namespace projections;
  const auto read = read_list_cursor(text, kFilter);
  if (!read) {
    require(read.error().code == errc::invalid && !read.error().detail.empty());
  } else if (!text.empty()) {
    require(read->size() == kPlaceSize && write_list_cursor(*read, kFilter) == text);
  }
  Input input{text};
  const std::string place = input.bytes(kPlaceSize);
  const std::uint64_t filter = input.number(8);
  const std::string word = write_list_cursor(place, filter);
  require(read_list_cursor(word, filter) == place);
  require(!read_list_cursor(word, filter + 1));
}

void try_feed_cursor(std::string_view text) {
  using namespace projections;
  for (const std::size_t partitions : {std::size_t{0}, std::size_t{1}, std::size_t{4}}) {
    const auto cursor = read_feed_cursor(text, kMark, partitions);
    if (!cursor) {
      require(cursor.error().code == errc::invalid && !cursor.error().detail.empty());
    } else {
      require(cursor->seen.size() == partitions && cursor->covers(*cursor));
      require(write_feed_cursor(*cursor, kMark) == text);
    }
  }
  Input input{text};
  FeedCursor cursor;
  while (!input.rest.empty() && cursor.seen.size() < 64) cursor.seen.push_back(input.number(1 + text.size() % 8));
  const std::string word = write_feed_cursor(cursor, kMark);
  const auto back = read_feed_cursor(word, kMark, cursor.seen.size());
  require(back && *back == cursor);
  require(!read_feed_cursor(word, kMark, cursor.seen.size() + 1));
  require(!read_feed_cursor(word, "another.", cursor.seen.size()));
}

// A text that is not the token itself is none, however little they differ: no second text names a delivery.
void try_task_token(std::string_view text) {
  static const actors::TokenSigner signer(std::string(32, 'k')), another(std::string(32, 'l'));
  require(!signer.parse(text) || !another.parse(text));
  Input input{text};
  actors::TaskToken token;
  token.id = Uuid::from_view(input.bytes(16));
  token.task = static_cast<std::uint32_t>(input.number(4));
  token.attempt = static_cast<std::uint32_t>(input.number(4));
  token.delivery = static_cast<std::uint32_t>(input.number(4));
  std::string word;
  signer.append(word, token);
  const auto back = signer.parse(word);
  require(back && back->id == token.id && back->task == token.task && back->attempt == token.attempt &&
          back->delivery == token.delivery);
  require(!another.parse(word));
  std::string changed = word;
  const std::size_t at = input.number(1) % word.size();
  changed.replace(at, input.number(1) % 4, input.rest);
  if (changed != word) require(!signer.parse(changed));
}

void try_signing_secret(std::string_view text) {
  const auto bytes = actors::parse_signing_secret(text);
  // What was given is a secret: the sentence is the same whatever it was.
  if (!bytes) return require(bytes.error().detail == actors::parse_signing_secret("").error().detail);
  require(bytes->size() >= 24 && bytes->size() <= 64);
  require(actors::parse_signing_secret(actors::signing_secret_text(*bytes)) == *bytes);
}

void try_ids(std::string_view text) {
  std::string again;
  if (const auto id = parse_base62(text)) {
    append_base62(again, *id);
    // Zeros in front are taken as well.
    require(text.ends_with(again) && text.find_first_not_of('0') >= text.size() - again.size());
    require(parse_base62(again) == id);
  }
  if (const auto id = parse_uuid(text)) {
    require(text.size() == 36 && parse_uuid(to_string(*id)) == id);
  }
  if (const auto name = http::parse_run_name(text); name && name->workflow) {
    again.clear();
    http::append_run_id(again, *name->workflow, name->id);
    const auto back = http::parse_run_name(again);
    require(back && back->id == name->id && back->workflow == name->workflow);
  }
}

void try_types(std::string_view text) {
  const auto types = events::parse_type_set(text);
  if (text.empty()) return require(types && *types == events::all_types());
  if (!types) return require(!types.error().detail.empty());
  const auto twice = events::parse_type_set(std::string(text) + "," + std::string(text));
  require(types->any() && twice && *twice == *types);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 7) {
    case 0: try_base64(text); break;
    case 1: try_list_cursor(text); break;
    case 2: try_feed_cursor(text); break;
    case 3: try_task_token(text); break;
    case 4: try_signing_secret(text); break;
    case 5: try_ids(text); break;
    default: try_types(text);
  }
  return 0;
}
