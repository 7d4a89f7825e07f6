#include "workflow/pure_transform.hpp"

#include <algorithm>
#include <vector>

#include "workflow/evaluation.hpp"
#include "workflow/lambda.hpp"
#include "workflow/result_size.hpp"
#include "workflow/value_hash.hpp"

namespace reprise::workflow {
namespace {

const JsonValue kNull;

// What an action may cost, over all items: more than an expression may, and still a fraction of a second.
constexpr std::uint32_t kMostComparisons = 10'000'000;
constexpr std::uint32_t kMostLambdaSteps = 3'000'000;

// One action at work: its cost and its result.
class Work {
 public:
  Work(JsonPool& pool, const JsonValue& args) : evaluation_(nullptr, pool, limits_) {
    const JsonValue* lambda = find(args, "python_lambda");
    limits_.max_steps = lambda == nullptr || lambda->IsNull() ? kMostComparisons : kMostLambdaSteps;
  }
  Evaluation& evaluation() { return evaluation_; }
  const EvaluationLimits& limits() const { return limits_; }

  PureOutcome failed(std::string message) const {
    PureOutcome out;
    out.error_type = "ValueError";
    out.error_message = std::move(message);
    return out;
  }
  PureOutcome failed() const { return failed(evaluation_.error()); }
  PureOutcome too_large() const {
    return failed("the result is nested deeper than " + std::to_string(kMaxResultNesting) + " or larger than " +
                  std::to_string(limits_.max_result_bytes) + " bytes");
  }

  PureOutcome done(const Value& value) {
    JsonValue json;
    if (!evaluation_.json(value, json)) return failed();
    if (!fits_result(json, limits_.max_result_bytes)) return too_large();
    PureOutcome out;
    out.ok = true;
    out.result = new (evaluation_.pool().Malloc(sizeof(JsonValue))) JsonValue(std::move(json));
    return out;
  }
  PureOutcome done(ListBuilder& list) {
    Value value;
    return list.finish(value) ? done(value) : failed();
  }

 private:
  EvaluationLimits limits_;
  Evaluation evaluation_;
};

// `python_lambda` for one item after another; without one, every item as it is. What a call builds lasts until the next
// one, so that the bytes of one item are all that is held beside the result.
class PerItem {
 public:
  PerItem(Work& work, const JsonValue& args)
      : work_(work),
        evaluation_(nullptr, scratch_, work.limits()),
        free_bytes_(work.limits().max_result_bytes),
        result_room_(work.limits().max_result_bytes) {
    const JsonValue* text = find(args, "python_lambda");
    if (text == nullptr || text->IsNull()) return;
    auto compiled = Lambda::compile(text_of(*text), work.evaluation().pool());
    if (!compiled) {
      why_ = "'python_lambda' " + to_string(compiled.error(), text_of(*text));
      return;
    }
    lambda_.emplace(std::move(*compiled));
    calls_.emplace(*lambda_, evaluation_);
  }

  const std::string& why() const { return why_; }  // it cannot be used; empty when it can

  bool operator()(const JsonValue& item, Value& out) {
    ++calls_made_;
    out = Value::of(item);
    return !calls_ || (let_go() && (*calls_)(Value::of(item), out));
  }
  // The value of the last call as a part of the result. False: the result becomes too large.
  bool keep(const Value& value, JsonValue& out) {
    JsonValue json;
    if (!evaluation_.json(value, json) || !take_result(json, result_room_)) return false;
    out = deep_copy(json, work_.evaluation().pool());
    return true;
  }
  PureOutcome failed_at_item() const {
    return work_.failed("'python_lambda' on items[" + std::to_string(calls_made_ - 1) + "] " + calls_->why());
  }
  PureOutcome failed_on_value() const { return work_.failed("'python_lambda' " + calls_->why()); }

 private:
  // Building takes time too: what all items together build beyond the bytes of one costs steps.
  bool let_go() {
    const std::size_t built = work_.limits().max_result_bytes - evaluation_.room();
    const std::size_t paid = std::min(built, free_bytes_);
    free_bytes_ -= paid;
    evaluation_.let_go();
    scratch_.Clear();
    return evaluation_.spend((built - paid) / 64);
  }

  static constexpr std::size_t kChunk = 4096;

  Work& work_;
  JsonPool scratch_{kChunk};
  Evaluation evaluation_;
  std::size_t free_bytes_;
  std::size_t result_room_;
  std::optional<Lambda> lambda_;
  std::optional<LambdaCalls> calls_;
  std::size_t calls_made_ = 0;
  std::string why_;
};

// Hashes of values that are looked up by ==. They take nothing from what comparing may cost, but have a budget of the
// same size; once it is spent they say nothing, and every value has to be compared.
class Hashing {
 public:
  explicit Hashing(JsonPool& pool) : evaluation_(nullptr, pool, limits_) { limits_.max_steps = kMostComparisons; }

  bool spent() const { return evaluation_.exhausted(); }
  std::uint64_t operator()(const Value& value) {
    std::uint64_t hash = 0;
    JsonValue json;
    return evaluation_.json(value, json) && hash_value(evaluation_, json, hash) ? hash : 0;
  }

 private:
  EvaluationLimits limits_;
  Evaluation evaluation_;
};

// One of many values. Those with equal hashes are sorted by their places. Sorted, not in a hash table: a table of
// values that others choose can be made slow.
struct Hashed {
  std::uint64_t hash = 0;
  rapidjson::SizeType place = 0;
  auto operator<=>(const Hashed&) const = default;
};

// A list that is asked whether it holds a value. Hashing all of it pays only when it is asked often.
class Collection {
 public:
  Collection(Work& work, const JsonValue& list) : work_(work), list_(list), hashing_(work.evaluation().pool()) {}

  bool holds(const Value& value, bool& out) {
    constexpr std::uint32_t kOften = 8;
    if (++asked_ == kOften) hash_all();
    const std::uint64_t hash = asked_ < kOften ? 0 : hashing_(value);
    if (asked_ < kOften || hashing_.spent()) return contains(work_.evaluation(), Value::of(list_), value, out);
    auto near = std::lower_bound(hashes_.begin(), hashes_.end(), Hashed{hash, 0});
    for (out = false; !out && near != hashes_.end() && near->hash == hash; ++near) {
      if (!equal(work_.evaluation(), Value::of(list_[near->place]), value, out)) return false;
    }
    return true;
  }

 private:
  void hash_all() {
    hashes_.reserve(list_.Size());
    for (rapidjson::SizeType i = 0; i < list_.Size() && !hashing_.spent(); ++i) {
      hashes_.push_back({hashing_(Value::of(list_[i])), i});
    }
    std::sort(hashes_.begin(), hashes_.end());
  }

  Work& work_;
  const JsonValue& list_;
  Hashing hashing_;
  std::vector<Hashed> hashes_;
  std::uint32_t asked_ = 0;
};

// The value at a dotted key; null when there is none.
const JsonValue& at_key(const JsonValue& item, std::string_view key) {
  const JsonValue* value = &item;
  for (;;) {
    const auto dot = key.find('.');
    value = value->IsObject() ? find(*value, key.substr(0, dot)) : nullptr;
    if (value == nullptr) return kNull;
    if (dot == key.npos) return *value;
    key.remove_prefix(dot + 1);
  }
}

bool set_all(DictBuilder& dict, const JsonValue& members) {
  for (const auto& m : members.GetObject()) {
    if (!dict.set(text_of(m.name), Value::of(m.value))) return false;
  }
  return true;
}

// The items of a list with equal keys, as one.
class Deduplication {
 public:
  Deduplication(Work& work, const JsonValue& items, const JsonValue& keys)
      : work_(work), items_(items), keys_(keys), kept_(items.Size(), nullptr) {}

  // Merging leaves the keys as they are, so that items with other hashes never become equal.
  bool run() {
    std::vector<Hashed> hashes = hashed();
    for (auto at = hashes.begin(); at != hashes.end();) {
      std::vector<First> firsts;
      for (const std::uint64_t hash = at->hash; at != hashes.end() && at->hash == hash; ++at) {
        if (!take(at->place, firsts)) return false;
      }
    }
    return true;
  }

  bool list(ListBuilder& out) const {
    return std::all_of(kept_.begin(), kept_.end(), [&](const auto* item) { return item == nullptr || out.add(*item); });
  }

 private:
  struct First {
    rapidjson::SizeType place;
    std::optional<DictBuilder> merged;  // once another item is equal
  };

  std::vector<Hashed> hashed() const {
    Hashing hashing(work_.evaluation().pool());
    std::vector<Hashed> out;
    out.reserve(items_.Size());
    for (rapidjson::SizeType i = 0; i < items_.Size(); ++i) {
      Hashed& each = out.emplace_back(Hashed{0, i});
      for (const auto& key : keys_.GetArray()) {
        if (hashing.spent()) break;
        each.hash = each.hash * 31 + hashing(Value::of(at_key(items_[i], text_of(key))));
      }
    }
    if (hashing.spent()) {
      for (Hashed& each : out) each.hash = 0;
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  bool take(rapidjson::SizeType place, std::vector<First>& firsts) {
    for (First& first : firsts) {
      bool alike = false;
      if (!compare(*kept_[first.place], items_[place], alike)) return false;
      if (alike) return merge(first, items_[place]);
    }
    firsts.push_back({place, std::nullopt});
    kept_[place] = &items_[place];
    return true;
  }

  bool compare(const JsonValue& earlier, const JsonValue& item, bool& alike) {
    for (const auto& key : keys_.GetArray()) {
      const Value value = Value::of(at_key(item, text_of(key)));
      if (!equal(work_.evaluation(), Value::of(at_key(earlier, text_of(key))), value, alike)) return false;
      if (!alike) return true;
    }
    return true;
  }

  // Members of `later` are set in the first, one level deep.
  bool merge(First& first, const JsonValue& later) {
    if (!first.merged && !set_all(first.merged.emplace(work_.evaluation()), items_[first.place])) return false;
    Value value;
    if (!set_all(*first.merged, later) || !first.merged->finish(value)) return false;
    kept_[first.place] = &value.json();
    return true;
  }

  Work& work_;
  const JsonValue& items_;
  const JsonValue& keys_;
  std::vector<const JsonValue*> kept_;  // what stands at the place of each item; null: it went into an earlier one
};

}  // namespace

PureOutcome filter_items(const JsonValue& args, JsonPool& pool) {
  Work work(pool, args);
  PerItem wanted(work, args);
  if (!wanted.why().empty()) return work.failed(wanted.why());
  const JsonValue& items = *find(args, "items");
  ListBuilder list(work.evaluation(), 0);
  for (const auto& item : items.GetArray()) {
    Value verdict;
    if (!wanted(item, verdict)) return wanted.failed_at_item();
    if (truthy(verdict) && !list.add(item)) return work.failed();
  }
  return work.done(list);
}

PureOutcome map_items(const JsonValue& args, JsonPool& pool) {
  Work work(pool, args);
  PerItem mapped(work, args);
  if (!mapped.why().empty()) return work.failed(mapped.why());
  const JsonValue& items = *find(args, "items");
  ListBuilder list(work.evaluation(), items.Size());
  for (const auto& item : items.GetArray()) {
    Value value;
    JsonValue kept;
    if (!mapped(item, value)) return mapped.failed_at_item();
    if (!mapped.keep(value, kept)) return work.too_large();
    if (!list.add(kept)) return work.failed();
  }
  return work.done(list);
}

PureOutcome apply_to_value(const JsonValue& args, JsonPool& pool) {
  Work work(pool, args);
  PerItem applied(work, args);
  if (!applied.why().empty()) return work.failed(applied.why());
  const JsonValue* value = find(args, "value");
  Value result;
  if (!applied(value == nullptr ? kNull : *value, result)) return applied.failed_on_value();
  JsonValue kept;
  return applied.keep(result, kept) ? work.done(Value::of(kept)) : work.too_large();
}

PureOutcome select_members(const JsonValue& args, bool wanted, JsonPool& pool) {
  Work work(pool, args);
  PerItem mapped(work, args);
  if (!mapped.why().empty()) return work.failed(mapped.why());
  const JsonValue& items = *find(args, "items");
  Collection collection(work, *find(args, "collection"));
  ListBuilder list(work.evaluation(), items.Size());
  for (const auto& item : items.GetArray()) {
    Value value;
    bool in = false;
    if (!mapped(item, value)) return mapped.failed_at_item();
    if (!collection.holds(value, in)) return work.failed();
    if (in == wanted && !list.add(item)) return work.failed();
  }
  return work.done(list);
}

PureOutcome compact(const JsonValue& args, JsonPool& pool) {
  Work work(pool, args);
  const JsonValue& items = *find(args, "items");
  ListBuilder list(work.evaluation(), items.Size());
  for (const auto& item : items.GetArray()) {
    if (!hollow(item) && !list.add(item)) return work.failed();
  }
  return work.done(list);
}

PureOutcome deduplicate(const JsonValue& args, JsonPool& pool) {
  Work work(pool, args);
  Deduplication deduplication(work, *find(args, "items"), *find(args, "keys"));
  if (!deduplication.run()) return work.failed();
  ListBuilder list(work.evaluation(), 0);
  return deduplication.list(list) ? work.done(list) : work.failed();
}

}  // namespace reprise::workflow
