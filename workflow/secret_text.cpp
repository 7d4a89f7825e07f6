#include "workflow/secret_text.hpp"

#include <algorithm>
#include <utility>

#include "workflow/value.hpp"

namespace reprise::workflow {
namespace {

constexpr std::string_view kOpen = "${{ SECRETS.";
constexpr std::string_view kClose = " }}";

bool has_dollar(const JsonValue& value) {
  if (value.IsString()) return text_of(value).find('$') != std::string_view::npos;
  if (value.IsArray()) return std::any_of(value.Begin(), value.End(), has_dollar);
  if (!value.IsObject()) return false;
  return std::any_of(value.MemberBegin(), value.MemberEnd(), [](const auto& m) { return has_dollar(m.value); });
}

// A value of which each string that is no key went through `change`, which gives false to end it all.
template <class Change>
bool rewrite(const JsonValue& value, JsonValue& out, JsonPool& pool, Change& change) {
  if (value.IsString()) return change(value, out);
  if (value.IsArray()) {
    out.SetArray();
    out.Reserve(value.Size(), pool);
    for (const auto& element : value.GetArray()) {
      JsonValue changed;
      if (!rewrite(element, changed, pool, change)) return false;
      out.PushBack(changed, pool);
    }
    return true;
  }
  if (value.IsObject()) {
    out.SetObject();
    for (const auto& m : value.GetObject()) {
      JsonValue name = alias(m.name), changed;
      if (!rewrite(m.value, changed, pool, change)) return false;
      out.AddMember(name, changed, pool);
    }
    return true;
  }
  out = alias(value);
  return true;
}

// What stands behind `${{ SECRETS.` up to its end; false: it is none.
bool read_reference(std::string_view& rest, SecretName& out) {
  const auto end = rest.find(kClose);
  if (end == std::string_view::npos) return false;
  const std::string_view both = rest.substr(0, end);
  const auto dot = both.find('.');
  if (dot == std::string_view::npos) return false;
  out.name = both.substr(0, dot);
  out.key = both.substr(dot + 1);
  rest.remove_prefix(end + kClose.size());
  return true;
}

// Empty: it went well.
std::string reveal(std::string_view text, const SecretLookup& lookup, errc& code, std::string& out) {
  SecretName secret;
  while (!text.empty()) {
    const auto dollar = text.find('$');
    out += text.substr(0, dollar);
    if (dollar == std::string_view::npos) return {};
    text.remove_prefix(dollar);
    if (text.starts_with("$$")) {
      out += '$';
      text.remove_prefix(2);
      continue;
    }
    if (text.starts_with(kOpen)) text.remove_prefix(kOpen.size());
    if (text.starts_with('$') || !read_reference(text, secret)) {
      code = errc::malformed;
      return "the recorded args hold a '$' that is neither doubled nor the start of a reference";
    }
    const std::string* value = lookup(secret);
    if (value == nullptr) {
      code = errc::not_found;
      return to_string(secret) + " has no value on this server";
    }
    out += *value;
  }
  return {};
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

}  // namespace

std::string to_string(const SecretName& secret) { return "SECRETS." + secret.name + "." + secret.key; }

std::string reference_to(const SecretName& secret) {
  std::string out(kOpen);
  out.append(secret.name).append(".").append(secret.key).append(kClose);
  return out;
}

void append_without_references(std::string& out, std::string_view text) {
  for (auto dollar = text.find('$'); dollar != std::string_view::npos; dollar = text.find('$')) {
    out.append(text.substr(0, dollar)).append("$$");
    text.remove_prefix(dollar + 1);
  }
  out += text;
}

JsonValue without_references(const JsonValue& value, JsonPool& pool) {
  if (!has_dollar(value)) return alias(value);
  JsonValue out;
  auto change = [&pool](const JsonValue& string, JsonValue& changed) {
    std::string text;
    append_without_references(text, text_of(string));
    changed = json_string(text, pool);
    return true;
  };
  rewrite(value, out, pool, change);
  return out;
}

Expected<std::string> reveal_secrets(std::string_view args, const SecretLookup& lookup) {
  auto document = parse_json(args);
  if (!document) return tl::unexpected(std::move(document.error()));
  errc code = errc::ok;
  std::string why;
  auto change = [&](const JsonValue& string, JsonValue& changed) {
    std::string text;
    why = reveal(text_of(string), lookup, code, text);
    if (why.empty()) changed = json_string(text, document->pool());
    return why.empty();
  };
  JsonValue revealed;
  if (!rewrite(document->root(), revealed, document->pool(), change)) return fail(code, std::move(why));
  return to_json(revealed);
}

void SecretConcealer::add(const SecretName& secret, const std::string& value) {
  if (value.size() < kShortest) return;
  forms_.push_back({value, reference_to(secret)});
  if (auto encoded = percent_encoded(value); encoded != value) forms_.push_back({encoded, reference_to(secret)});
  std::stable_sort(forms_.begin(), forms_.end(),
                   [](const Form& a, const Form& b) { return a.text.size() > b.text.size(); });
}

bool SecretConcealer::occurs(std::string_view text) const {
  return std::any_of(forms_.begin(), forms_.end(),
                     [text](const Form& form) { return text.find(form.text) != std::string_view::npos; });
}

void SecretConcealer::conceal(std::string& text) const {
  for (const Form& form : forms_) {
    for (auto at = text.find(form.text); at != std::string::npos; at = text.find(form.text, at)) {
      text.replace(at, form.text.size(), form.reference);
      at += form.reference.size();
    }
  }
}

void SecretConcealer::conceal(const JsonValue& value, JsonValue& out, JsonPool& pool) const {
  if (value.IsArray()) {
    out.SetArray();
    for (const auto& element : value.GetArray()) {
      JsonValue changed;
      conceal(element, changed, pool);
      out.PushBack(changed, pool);
    }
  } else if (value.IsObject()) {
    out.SetObject();
    for (const auto& m : value.GetObject()) {
      JsonValue name, changed;
      conceal(m.name, name, pool);
      conceal(m.value, changed, pool);
      out.AddMember(name, changed, pool);
    }
  } else if (value.IsString() || value.IsNumber()) {
    std::string text = value.IsString() ? std::string(text_of(value)) : to_json(value);
    if (!occurs(text)) {
      out = alias(value);
      return;
    }
    conceal(text);
    out = json_string(text, pool);
  } else {
    out = alias(value);
  }
}

void SecretConcealer::conceal(Json& json) const {
  if (json.bytes.empty()) return;
  // Escapes hide what a string says; without any, looking at the bytes is enough.
  if (json.bytes.find('\\') == std::string::npos && !occurs(json.bytes)) return;
  auto document = parse_json(json.bytes);
  if (!document) return conceal(json.bytes);
  JsonValue concealed;
  conceal(document->root(), concealed, document->pool());
  json.bytes = to_json(concealed);
}

}  // namespace reprise::workflow
