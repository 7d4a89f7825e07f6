#include "http/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "actors/gateway.hpp"
#include "actors/streams/stream.hpp"
#include "actors/subscription_board.hpp"
#include "http/event_hub.hpp"
#include "http/server.hpp"

namespace reprise::http {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::array kStatuses{200, 201, 202, 204, 206, 304, 400, 401, 403, 404, 405, 406, 408, 409,
                               411, 413, 414, 415, 417, 422, 429, 431, 500, 501, 502, 503, 504, 505};
constexpr std::array kBounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                             0.1,    0.25,    0.5,    1.0,   2.5,    5.0,   10.0, 60.0};

std::size_t slot_of(int status) {
  const auto* found = std::lower_bound(kStatuses.begin(), kStatuses.end(), status);
  const bool known = found != kStatuses.end() && *found == status;
  return known ? static_cast<std::size_t>(found - kStatuses.begin()) : kStatuses.size();
}

std::string label_of(std::size_t slot) { return slot < kStatuses.size() ? std::to_string(kStatuses[slot]) : "other"; }

double number(std::uint64_t value) { return static_cast<double>(value); }

double seconds_between(Time from, Time to) {
  return from == Time{} || to < from ? 0.0 : static_cast<double>((to - from).count()) / 1000.0;
}

class Families {
 public:
  MetricFamily& add(std::string name, std::string help, MetricType type) {
    MetricFamily& family = all_.emplace_back();
    family.name = std::move(name);
    family.help = std::move(help);
    family.type = type;
    return family;
  }
  void counter(std::string name, std::string help, double value) {
    add(std::move(name), std::move(help), MetricType::Counter).metric.emplace_back().counter.value = value;
  }
  void gauge(std::string name, std::string help, double value) {
    add(std::move(name), std::move(help), MetricType::Gauge).metric.emplace_back().gauge.value = value;
  }
  std::string text() const { return prometheus::TextSerializer().Serialize(all_); }

 private:
  std::vector<MetricFamily> all_;
};

void add_journal(Families& families, const storage::Journal& journal) {
  const storage::JournalStatistics numbers = journal.statistics();
  MetricFamily& latency = families.add("reprise_journal_write_seconds", "Duration of one synced write of the journal.",
                                       MetricType::Histogram);
  ClientMetric::Histogram& histogram = latency.metric.emplace_back().histogram;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < numbers.latency_buckets.size() && i < storage::kLatencyBounds.size(); ++i) {
    sum += numbers.latency_buckets[i];
    histogram.bucket.push_back({sum, storage::kLatencyBounds[i]});
  }
  histogram.sample_count = numbers.batches;
  histogram.sample_sum = number(numbers.write_nanoseconds) / 1e9;
  families.gauge("reprise_journal_slowest_write_seconds", "The slowest write since the server started.",
                 number(numbers.slowest_nanoseconds) / 1e9);
  families.counter("reprise_journal_batches_total", "Batches written.", number(numbers.batches));
  families.counter("reprise_journal_commits_total",
                   "Commits written; divided by the batches it is the size of a batch.", number(numbers.commits));
  families.counter("reprise_journal_bytes_total", "Bytes of rows written.", number(numbers.bytes));
  families.counter("reprise_journal_failures_total", "Batches that could not be written.", number(numbers.failures));
  families.gauge("reprise_journal_waiting_commits", "Commits that wait for the journal.", number(journal.waiting()));
  families.gauge("reprise_journal_failing", "1 while the store cannot write.", journal.failing() ? 1.0 : 0.0);
  families.counter("reprise_events_total", "Events made durable.", number(numbers.events));
}

void add_store(Families& families, const storage::Store& store) {
  const storage::BackgroundWork work = store.background_work();
  families.counter("reprise_store_flushed_bytes_total", "Bytes of rows written from memory to files.",
                   number(work.flushed_bytes));
  families.counter("reprise_store_compacted_bytes_total",
                   "Bytes of rows that compaction rewrote; divided by those flushed it is how often.",
                   number(work.compacted_bytes));
  families.counter("reprise_store_compaction_seconds_total", "Processor time of compaction.", work.compaction_seconds);
}

void add_engine(Families& families, const actors::Gateway& gateway) {
  const actors::EngineNumbers numbers = gateway.numbers();
  families.gauge("reprise_executions_live", "Executions that are held in memory.", number(numbers.live_executions));
  families.gauge("reprise_executions_open", "Executions that have not ended.", number(numbers.open_executions));
  families.gauge("reprise_executions_waiting",
                 "Of those, the ones that wait for a timer, a worker or a person, asleep.",
                 number(numbers.open_executions - std::min(numbers.open_executions, numbers.live_executions)));
  families.counter("reprise_executions_started_total", "Executions started.", number(numbers.started));
  families.counter("reprise_executions_ended_total", "Executions ended.", number(numbers.ended));
  families.gauge("reprise_outbox_messages",
                 "Messages between runs that are not delivered; those beyond the outbox's window are not counted.",
                 number(numbers.messages_owed));
  families.gauge("reprise_outbox_oldest_seconds", "For how long the server has known of the oldest of them.",
                 seconds_between(numbers.oldest_owed, gateway.now()));
  families.counter("reprise_starts_refused_total",
                   "Runs that another run or a schedule wanted and that could not start.",
                   number(numbers.refused_starts));
  families.gauge("reprise_queue_tasks", "Tasks that wait for a worker, of each queue those in memory: about 20,000.",
                 number(numbers.tasks_queued));
  families.gauge("reprise_queue_oldest_seconds", "Age of the task that has waited longest for a worker.",
                 seconds_between(numbers.oldest_queued, gateway.now()));
  families.gauge("reprise_tasks_leased", "Tasks that a worker holds.", number(numbers.tasks_leased));
  families.gauge("reprise_polls_waiting", "Polls of workers that wait for a task.", number(numbers.polls_waiting));
  families.gauge("reprise_timers_armed", "Timers that are armed.", number(numbers.timers_armed));
  families.gauge("reprise_timers_overdue", "Timers that are due and have not fired.", number(numbers.timers_overdue));
}

void add_sources(Families& families, const actors::Gateway& gateway) {
  const auto sources = gateway.source_numbers();
  if (sources.empty()) return;
  const auto each = [&](std::string name, std::string help, MetricType type, auto value) {
    MetricFamily& family = families.add(std::move(name), std::move(help), type);
    for (const actors::SourceNumbers& source : sources) {
      ClientMetric& metric = family.metric.emplace_back();
      metric.label = {{"workspace", source.workspace}, {"source", source.name}};
      (type == MetricType::Gauge ? metric.gauge.value : metric.counter.value) = number(value(source));
    }
  };
  using Numbers = actors::SourceNumbers;
  each("reprise_source_records_total", "Records of a source's topic that are dealt with.", MetricType::Counter,
       [](const Numbers& n) { return n.records; });
  each("reprise_source_starts_total", "Runs that a source's records started.", MetricType::Counter,
       [](const Numbers& n) { return n.starts; });
  each("reprise_source_answers_total", "Answers to interactions that a source's records gave.", MetricType::Counter,
       [](const Numbers& n) { return n.answers; });
  each("reprise_source_refused_total", "Records of a source's topic that went to its dead-letter topic.",
       MetricType::Counter, [](const Numbers& n) { return n.refused; });
  each("reprise_source_lag_records", "Records of a source's topic that are not read yet.", MetricType::Gauge,
       [](const Numbers& n) { return n.lag; });
  each("reprise_source_reading", "1 while a source reads its topic.", MetricType::Gauge,
       [](const Numbers& n) -> std::uint64_t { return n.reading ? 1 : 0; });
}

void add_server(Families& families, const ServerNumbers& numbers) {
  families.gauge("reprise_http_connections", "Open connections.", number(numbers.connections));
  families.counter("reprise_http_accepted_total", "Connections accepted.", number(numbers.accepted));
  families.counter("reprise_http_refused_total", "Connections and requests refused at a bound.",
                   number(numbers.refused));
  families.counter("reprise_http_timed_out_total", "Connections closed for being too slow.", number(numbers.timed_out));
}

void add_stream(Families& families, const actors::StreamNumbers& numbers) {
  families.gauge("reprise_stream_lag_events", "Events that the Kafka brokers have not confirmed yet.",
                 number(numbers.lag));
  families.counter("reprise_stream_published_total", "Events that the Kafka brokers have confirmed.",
                   number(numbers.published));
  families.counter("reprise_stream_errors_total", "Failures of publishing to Kafka.", number(numbers.errors));
  families.gauge("reprise_stream_last_success_seconds", "When Kafka last confirmed an event, since 1970; 0: never.",
                 seconds_between(Time(Duration(1)), numbers.last_success));
  families.gauge("reprise_stream_publishing", "1 while events go out to Kafka; 0 while they wait.",
                 numbers.state == actors::StreamState::publishing ? 1.0 : 0.0);
}

void add_hub(Families& families, const HubNumbers& numbers) {
  families.gauge("reprise_stream_subscribers", "Clients of /api/events/stream.", number(numbers.subscribers));
  families.counter("reprise_stream_events_total", "Events read for them, once for all.", number(numbers.events));
  families.counter("reprise_stream_frames_total", "Events written to them.", number(numbers.sent));
  families.counter("reprise_stream_cut_off_total", "Of those clients, the ones that were too slow.",
                   number(numbers.cut_off));
  families.gauge("reprise_stream_ring_bytes", "Late events that are kept for them.", number(numbers.ring_bytes));
  families.counter("reprise_stream_read_failures_total", "Reads of the store for them that failed.",
                   number(numbers.read_failures));
}

void add_deliveries(Families& families, const actors::DeliveryNumbers& numbers) {
  const auto labelled = [](MetricFamily& family, const char* label,
                           std::initializer_list<std::pair<const char*, std::uint64_t>> values) {
    for (const auto& [name, value] : values) {
      ClientMetric& metric = family.metric.emplace_back();
      metric.label = {{label, name}};
      (family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = number(value);
    }
  };
  labelled(families.add("reprise_webhook_deliveries_total", "Deliveries of subscriptions by outcome, each try counted.",
                        MetricType::Counter),
           "outcome", {{"delivered", numbers.delivered}, {"refused", numbers.refused}, {"failed", numbers.failed}});
  labelled(families.add("reprise_webhook_subscriptions", "Subscriptions by state.", MetricType::Gauge), "state",
           {{"active", numbers.active}, {"paused", numbers.paused}, {"disabled", numbers.disabled}});
  families.gauge("reprise_webhook_under_way", "Deliveries that wait for their receiver.", number(numbers.under_way));
  families.gauge("reprise_webhook_lag_events",
                 "Events that the active subscription furthest behind has still to look at.", number(numbers.lag));
}

}  // namespace

struct Metrics::Counts {
  std::string method, pattern;
  std::array<std::atomic<std::uint64_t>, kStatuses.size() + 1> statuses{};
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> durations{};
  std::atomic<std::uint64_t> nanoseconds{0};
};

Metrics::Metrics() : elsewhere_(std::make_unique<Counts>()) { elsewhere_->pattern = "none"; }

Metrics::~Metrics() = default;

void Metrics::count_routes(const Router& router) {
  for (const Route* route : router.routes()) {
    auto counts = std::make_unique<Counts>();
    counts->method = name(route->method);
    counts->pattern = route->pattern;  // the method is a label of its own
    by_route_.insert_or_assign(route, std::move(counts));
  }
}

void Metrics::observe(const Route* route, int status, std::uint64_t nanoseconds) {
  const auto found = by_route_.find(route);
  Counts& counts = found == by_route_.end() ? *elsewhere_ : *found->second;
  const auto* bound = std::lower_bound(kBounds.begin(), kBounds.end(), static_cast<double>(nanoseconds) / 1e9);
  counts.statuses[slot_of(status)].fetch_add(1, std::memory_order_relaxed);
  counts.durations[static_cast<std::size_t>(bound - kBounds.begin())].fetch_add(1, std::memory_order_relaxed);
  counts.nanoseconds.fetch_add(nanoseconds, std::memory_order_relaxed);
}

std::string Metrics::render(actors::Gateway& gateway, const ServerNumbers* server, const actors::Stream* stream,
                            const HubNumbers& hub, const std::string& version) const {
  std::vector<const Counts*> all{elsewhere_.get()};
  for (const auto& [route, counts] : by_route_) all.push_back(counts.get());
  std::sort(all.begin(), all.end(), [](const Counts* a, const Counts* b) {
    return std::pair(a->pattern, a->method) < std::pair(b->pattern, b->method);
  });

  Families families;
  MetricFamily& info = families.add("reprise_info", "The version that runs.", MetricType::Gauge);
  info.metric.emplace_back().gauge.value = 1;
  info.metric.back().label = {{"version", version}};
  add_journal(families, gateway.journal());
  add_store(families, gateway.store());
  add_engine(families, gateway);
  add_deliveries(families, gateway.subscription_board().numbers());
  add_sources(families, gateway);
  if (server != nullptr) add_server(families, *server);
  if (stream != nullptr) add_stream(families, stream->numbers());
  add_hub(families, hub);

  MetricFamily requests;
  requests.name = "reprise_http_requests_total";
  requests.help = "Answers by route and status.";
  requests.type = MetricType::Counter;
  MetricFamily durations;
  durations.name = "reprise_http_request_seconds";
  durations.help = "From the end of a request to its answer, waiting included.";
  durations.type = MetricType::Histogram;
  for (const Counts* counts : all) {
    std::uint64_t total = 0;
    for (std::size_t slot = 0; slot < counts->statuses.size(); ++slot) {
      const std::uint64_t value = counts->statuses[slot].load(std::memory_order_relaxed);
      if (value == 0) continue;
      total += value;
      ClientMetric& metric = requests.metric.emplace_back();
      metric.label = {{"method", counts->method}, {"route", counts->pattern}, {"status", label_of(slot)}};
      metric.counter.value = number(value);
    }
    if (total == 0) continue;
    ClientMetric& metric = durations.metric.emplace_back();
    metric.label = {{"method", counts->method}, {"route", counts->pattern}};
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < kBounds.size(); ++i) {
      sum += counts->durations[i].load(std::memory_order_relaxed);
      metric.histogram.bucket.push_back({sum, kBounds[i]});
    }
    metric.histogram.sample_count = std::max(total, sum);
    metric.histogram.sample_sum = number(counts->nanoseconds.load(std::memory_order_relaxed)) / 1e9;
  }
  if (!requests.metric.empty()) {
    families.add("", "", MetricType::Counter) = std::move(requests);
    families.add("", "", MetricType::Histogram) = std::move(durations);
  }
  return families.text();
}

}  // namespace reprise::http
