#include "actors/streams/source_properties.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "actors/secrets.hpp"

namespace reprise::actors {

namespace {

constexpr std::size_t kMostBytes = 8u << 10;  // of all of them

constexpr std::array<std::string_view, 3> kSecret{"sasl.password", "ssl.key.password", "ssl.key.pem"};
constexpr std::array<std::string_view, 18> kPlain{"security.protocol",
                                                  "sasl.mechanism",
                                                  "sasl.mechanisms",
                                                  "sasl.username",
                                                  "ssl.ca.pem",
                                                  "ssl.certificate.pem",
                                                  "ssl.endpoint.identification.algorithm",
                                                  "client.id",
                                                  "client.rack",
                                                  "isolation.level",
                                                  "broker.address.family",
                                                  "socket.keepalive.enable",
                                                  "socket.timeout.ms",
                                                  "connections.max.idle.ms",
                                                  "metadata.max.age.ms",
                                                  "fetch.wait.max.ms",
                                                  "fetch.min.bytes",
                                                  "fetch.error.backoff.ms"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string all_names() {
  std::string out;
  for (const auto name : kPlain) out.append(out.empty() ? "" : ", ").append(name);
  for (const auto name : kSecret) out.append(", ").append(name);
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

// "${{ SECRETS.name.KEY }}"
std::optional<workflow::SecretName> reference(std::string_view text) {
  constexpr std::string_view kOpen = "${{", kClose = "}}", kRoot = "SECRETS.";
  if (!text.starts_with(kOpen) || !text.ends_with(kClose) || text.size() < kOpen.size() + kClose.size()) return {};
  text = trimmed(text.substr(kOpen.size(), text.size() - kOpen.size() - kClose.size()));
  if (!text.starts_with(kRoot)) return {};
  text.remove_prefix(kRoot.size());
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || !is_word(text.substr(0, dot)) || !is_word(text.substr(dot + 1))) return {};
  return workflow::SecretName{std::string(text.substr(0, dot)), std::string(text.substr(dot + 1))};
}

template <class F>
Expected<void> each(const Json& properties, F&& f) {
  const auto document = parse_json(properties.bytes);
  if (!document || !document->root().IsObject()) {
    return fail(errc::invalid, "kafka/properties must be an object of names and texts");
  }
  for (const auto& member : document->root().GetObject()) {
    const std::string name(text_of(member.name));
    if (!member.value.IsString()) return fail(errc::invalid, "kafka/properties/" + name + " must be a string");
    if (auto done = f(name, std::string(text_of(member.value))); !done) return done;
  }
  return {};
}

}  // namespace

Expected<void> check_source_properties(const Json& properties) {
  if (properties.bytes.size() > kMostBytes) return fail(errc::invalid, "kafka/properties must have at most 8 KiB");
  kafka::Properties plain;
  auto formed = each(properties, [&](const std::string& name, const std::string& value) -> Expected<void> {
    const std::string place = "kafka/properties/" + name;
    if (among(kSecret, name)) {
      if (reference(value)) return {};
      return fail(errc::invalid, place +
                                     " must be a reference such as \"${{ SECRETS.kafka.PASSWORD }}\": what is "
                                     "stored with the source can be read by others");
    }
    if (!among(kPlain, name)) return fail(errc::invalid, place + " is none that a source may set: " + all_names());
    if (value.find("${{") != std::string::npos) {
      return fail(errc::invalid, place + " must not be a template: only secret properties are references");
    }
    plain.emplace_back(name, value);
    return {};
  });
  if (!formed) return formed;
  const auto known = kafka::check_properties(plain);
  if (!known) return fail(errc::invalid, "kafka/properties: " + known.error().detail);
  return {};
}

Expected<kafka::Properties> reveal_source_properties(const Json& properties, std::string_view workspace,
                                                     const Secrets& secrets) {
  kafka::Properties out;
  const auto table = secrets.table();
  const auto read = each(properties, [&](const std::string& name, const std::string& value) -> Expected<void> {
    const auto secret = among(kSecret, name) ? reference(value) : std::nullopt;
    if (!secret) {
      out.emplace_back(name, value);
      return {};
    }
    const std::string* known = table->find(workspace, *secret);
    if (known == nullptr) return fail(errc::not_found, to_string(*secret) + " has no value in this workspace");
    out.emplace_back(name, *known);
    return {};
  });
  if (!read) return tl::unexpected(read.error());
  return out;
}

}  // namespace reprise::actors
