#include "storage/kafka/fault.hpp"

#include <librdkafka/rdkafka.h>

#include <utility>

namespace reprise::kafka {

FaultKind kind_of(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
    case RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER: return FaultKind::fatal;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION: return FaultKind::permanent;
    default: return FaultKind::passing;
  }
}

bool is_all_brokers_down(const Fault& fault) { return fault.code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN; }

bool is_too_large(const Fault& fault) {
  return fault.code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || fault.code == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE;
}

Fault fault_of(int code, std::string text) {
  if (text.empty()) text = rd_kafka_err2str(static_cast<rd_kafka_resp_err_t>(code));
  return {kind_of(code), code, std::move(text)};
}

}  // namespace reprise::kafka
