// What a request costs before anything is done about it.
#include <benchmark/benchmark.h>

#include "events/json.hpp"
#include "http/parser.hpp"

namespace {

using namespace reprise;
using namespace reprise::http;

constexpr std::string_view kRequest =
    "POST /api/workflows/three/execute?wait=30 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: bench\r\n"
    "Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: 44\r\n\r\n"
    R"({"inputs":{"customer":"Ada","amount":129.5}})";

void parse_a_request(benchmark::State& loop) {
  RequestStock stock;
  for (auto _ : loop) {
    Request request;
    RequestParser parser(ParserLimits{});
    parser.start(request, stock);
    benchmark::DoNotOptimize(parser.feed(kRequest));
    if (parser.state() != RequestParser::State::done) return loop.SkipWithError("the request was not understood");
  }
}
BENCHMARK(parse_a_request);

void parse_a_body(benchmark::State& loop) {
  const auto body = kRequest.substr(kRequest.find("\r\n\r\n") + 4);
  for (auto _ : loop) benchmark::DoNotOptimize(parse_json(body));
}
BENCHMARK(parse_a_body);

}  // namespace
