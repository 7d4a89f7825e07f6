#include "workflow/pure_transform.hpp"

#include <vector>

#include "workflow/evaluation.hpp"
#include "workflow/lambda.hpp"
#include "workflow/result_size.hpp"

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

  PureOutcome failed(std::string message) const {
    PureOutcome out;
    out.error_type = "ValueError";
    out.error_message = std::move(message);
    return out;
  }
  PureOutcome failed() const { return failed(evaluation_.error()); }

  PureOutcome done(const Value& value) {
    JsonValue json;
    if (!evaluation_.json(value, json)) return failed();
    if (!fits_result(json, limits_.max_result_bytes)) {
      return failed("the result is nested deeper than " + std::to_string(kMaxResultNesting) + " or larger than " +
                    std::to_string(limits_.max_result_bytes) + " bytes");
    }
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

// `python_lambda` for one item after another; without one, every item as it is.
class PerItem {
 public:
  PerItem(Work& work, const JsonValue& args) : work_(work) {
    const JsonValue* text = find(args, "python_lambda");
    if (text == nullptr || text->IsNull()) return;
    auto compiled = Lambda::compile(text_of(*text), work.evaluation().pool());
    if (!compiled) {
      why_ = "'python_lambda' " + to_string(compiled.error(), text_of(*text));
      return;
    }
    lambda_.emplace(std::move(*compiled));
    calls_.emplace(*lambda_, work.evaluation());
  }

  const std::string& why() const { return why_; }  // it cannot be used; empty when it can

  bool operator()(const JsonValue& item, Value& out) {
    ++calls_made_;
    out = Value::of(item);
    return !calls_ || (*calls_)(Value::of(item), out);
  }
  PureOutcome failed_at_item() const {
    return work_.failed("'python_lambda' on items[" + std::to_string(calls_made_ - 1) + "] " + calls_->why());
  }
  PureOutcome failed_on_value() const { return work_.failed("'python_lambda' " + calls_->why()); }

 private:
  Work& work_;
  std::optional<Lambda> lambda_;
  std::optional<LambdaCalls> calls_;
  std::size_t calls_made_ = 0;
  std::string why_;
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

// Members of `later` are set in `first`, one level deep.
bool merge(Work& work, const JsonValue& first, const JsonValue& later, Value& out) {
  DictBuilder dict(work.evaluation());
  for (const JsonValue* part : {&first, &later}) {
    for (const auto& m : part->GetObject()) {
      if (!dict.set(text_of(m.name), Value::of(m.value))) return false;
    }
  }
  return dict.finish(out);
}

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
    if (!mapped(item, value)) return mapped.failed_at_item();
    if (!list.add(value)) return work.failed();
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
  return work.done(result);
}

PureOutcome select_members(const JsonValue& args, bool wanted, JsonPool& pool) {
  Work work(pool, args);
  PerItem mapped(work, args);
  if (!mapped.why().empty()) return work.failed(mapped.why());
  const JsonValue& items = *find(args, "items");
  const JsonValue& collection = *find(args, "collection");
  ListBuilder list(work.evaluation(), items.Size());
  for (const auto& item : items.GetArray()) {
    Value value;
    bool in = false;
    if (!mapped(item, value)) return mapped.failed_at_item();
    if (!contains(work.evaluation(), Value::of(collection), value, in)) return work.failed();
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
  const JsonValue& items = *find(args, "items");
  const JsonValue& keys = *find(args, "keys");
  std::vector<Value> kept;
  for (const auto& item : items.GetArray()) {
    bool alike = false;
    for (Value& earlier : kept) {
      alike = true;
      for (const auto& key : keys.GetArray()) {
        if (!equal(work.evaluation(), Value::of(at_key(earlier.json(), text_of(key))),
                   Value::of(at_key(item, text_of(key))), alike)) {
          return work.failed();
        }
        if (!alike) break;
      }
      if (!alike) continue;
      if (!merge(work, earlier.json(), item, earlier)) return work.failed();
      break;
    }
    if (!alike) kept.push_back(Value::of(item));
  }
  ListBuilder list(work.evaluation(), kept.size());
  for (const Value& item : kept) {
    if (!list.add(item)) return work.failed();
  }
  return work.done(list);
}

}  // namespace reprise::workflow
