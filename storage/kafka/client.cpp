#include "storage/kafka/client.hpp"

#include <librdkafka/rdkafka.h>

#include <array>
#include <utility>

namespace reprise::kafka {

namespace {

constexpr std::size_t kReasonBytes = 512;
// What librdkafka's log lines are about that tell why a connection ended. Some of these reasons come no other way.
constexpr std::string_view kFailure = "FAIL";
// A listener that wants TLS says nothing at all to a client without.
constexpr std::string_view kDownHint = ", or their security.protocol is another than ours";
// librdkafka before 2.6.1 says the client's nonce twice, which Kafka 4 takes for wrong credentials (its issue 4895).
constexpr int kScramMended = 0x020601ff;
constexpr std::string_view kScramHint =
    "; the librdkafka of this server is older than 2.6.1, whose SCRAM no Kafka since 4.0 accepts: PLAIN over TLS works";

struct ConfDeleter {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, ConfDeleter>;

Expected<Conf> conf_of(const Properties& properties) {
  Conf conf(rd_kafka_conf_new());
  std::array<char, kReasonBytes> reason{};
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), reason.data(), reason.size()) == RD_KAFKA_CONF_OK) {
      continue;
    }
    return fail(errc::invalid, is_secret_property(name) ? "the value of " + name + " is not one that it may have"
                                                        : name + ": " + reason.data());
  }
  return conf;
}

}  // namespace

Expected<void> check_properties(const Properties& properties) {
  return conf_of(properties).map([](const Conf&) {});
}

// What librdkafka calls.
struct Client::Hooks {
  static Client& of(const rd_kafka_t* handle) { return *static_cast<Client*>(rd_kafka_opaque(handle)); }

  static void log(const rd_kafka_t* handle, int severity, const char* about, const char* text) {
    if (handle == nullptr) return;
    if (std::string_view(about) == kFailure) of(handle).note_failure(text);
    const auto& sink = of(handle).callbacks_.log;
    if (sink) sink(severity, std::string(about) + ": " + text);
  }
  static void fault(rd_kafka_t* handle, int code, const char* text, void*) {
    Client& self = of(handle);
    if (!self.callbacks_.fault) return;
    if (code == RD_KAFKA_RESP_ERR__FATAL) {
      if (const auto fatal = self.fatal()) return self.callbacks_.fault(*fatal);
    }
    Fault fault = fault_of(code, text == nullptr ? "" : text);
    if (is_all_brokers_down(fault)) fault.text = self.last_failure(fault.text.append(kDownHint));
    if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION && rd_kafka_version() < kScramMended &&
        fault.text.find("SCRAM") != std::string::npos) {
      fault.text += kScramHint;
    }
    self.callbacks_.fault(fault);
  }
  static void delivered(rd_kafka_t* handle, const rd_kafka_message_t* message, void*) {
    const auto& sink = of(handle).callbacks_.delivered;
    if (!sink) return;
    const auto tag = reinterpret_cast<std::uintptr_t>(message->_private);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return sink(tag, message->len, nullptr);
    const Fault fault = fault_of(message->err);
    sink(tag, message->len, &fault);
  }
};

Expected<std::unique_ptr<Client>> Client::open(Kind kind, const Properties& properties, Callbacks callbacks) {
  auto conf = conf_of(properties);
  if (!conf) return tl::unexpected(conf.error());
  std::unique_ptr<Client> client(new Client(std::move(callbacks)));
  rd_kafka_conf_set_opaque(conf->get(), client.get());
  rd_kafka_conf_set_log_cb(conf->get(), &Hooks::log);
  rd_kafka_conf_set_error_cb(conf->get(), &Hooks::fault);
  const bool produces = kind == Kind::producer;
  if (produces) rd_kafka_conf_set_dr_msg_cb(conf->get(), &Hooks::delivered);
  std::array<char, kReasonBytes> reason{};
  client->handle_ =
      rd_kafka_new(produces ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf->get(), reason.data(), reason.size());
  if (client->handle_ == nullptr) return fail(errc::invalid, reason.data());
  (void)conf->release();  // the handle has it now
  return client;
}

Client::~Client() {
  if (handle_ == nullptr) return;
  callbacks_.delivered = nullptr;  // what is dropped here is nobody's news
  rd_kafka_purge(handle_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  rd_kafka_destroy(handle_);
}

// "[thrd:…]: host:port/1: what happened"
void Client::note_failure(std::string_view line) {
  if (const auto thread = line.find("]: "); line.starts_with("[thrd:") && thread != line.npos) {
    line.remove_prefix(thread + 3);
  }
  const std::lock_guard lock(mutex_);
  last_failure_ = line;
}

std::string Client::last_failure(std::string otherwise) {
  const std::lock_guard lock(mutex_);
  return last_failure_.empty() ? std::move(otherwise) : last_failure_;
}

int Client::poll(Milliseconds wait) { return rd_kafka_poll(handle_, static_cast<int>(wait.count())); }

std::optional<std::string> Client::cluster_id(Milliseconds wait) {
  // A question connects at once; waiting for the id alone would leave that to a timer.
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(handle_, 0, nullptr, &metadata, static_cast<int>(wait.count())) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::nullopt;
  }
  rd_kafka_metadata_destroy(metadata);
  char* id = rd_kafka_clusterid(handle_, 0);
  if (id == nullptr) return std::nullopt;
  std::string out(id);
  rd_kafka_mem_free(handle_, id);
  return out;
}

std::optional<Fault> Client::fatal() const {
  std::array<char, kReasonBytes> reason{};
  const auto code = rd_kafka_fatal_error(handle_, reason.data(), reason.size());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  return Fault{FaultKind::fatal, code, reason.data()};
}

}  // namespace reprise::kafka
