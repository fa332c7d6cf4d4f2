// Time and memory of a token that a model writes, the same at any length with linear attention:
//   roformer_bench generate [linear|softmax] [LENGTH…] [--vocabulary N] [--threads N]
//     [--compute-type TYPE]
// Random weights, 4 layers × 256, by default bytes. For each length, ascending, one JSON line: a sequence of so
// many tokens, the mean over the 200 tokens written next, and the memory of the process.
#include <torch/types.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "bench/ours/rows.h"
#include "roformer/generate/decoder.h"
#include "roformer/model/linear.h"

namespace {

using namespace roformer;

constexpr int kMeasured = 200;       // tokens
constexpr std::int64_t kPass = 256;  // tokens of a prompt taken in at once

model::EncoderConfig writer(const std::string& attention, std::int64_t vocabulary) {
  model::EncoderConfig config = model::preset("roformer-tiny");
  config.vocab_size = vocabulary;
  config.is_decoder = true;
  config.attention = attention;
  config.attention_probs_dropout_prob = 0;
  config.linear.feature_map = "favor";
  return config;
}

std::int64_t resident_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoll(line.substr(6));
  }
  return 0;
}

void measure(const std::string& attention, std::int64_t vocabulary,
             product::ComputeType compute_type, const std::vector<std::int64_t>& lengths) {
  torch::manual_seed(1);
  head::LanguageModel model(writer(attention, vocabulary));
  model->eval();
  model::prepare_for_inference(*model, compute_type);
  // What the library allocates once is no growth.
  generate::Decoder(*model, 1).advance({std::vector<std::int64_t>(4 * kPass, 5)}, kPass);
  generate::Decoder decoder(*model, 1);
  std::vector<std::int64_t> next = {13};
  for (const std::int64_t length : lengths) {
    std::vector<std::int64_t> prompt = next;
    while (decoder.length(0) + std::ssize(prompt) < length)
      prompt.push_back(3 + std::ssize(prompt) * 7 % 256);
    next = {decoder.advance({prompt}, kPass).argmax().item<std::int64_t>()};
    const double time = bench::seconds([&] {
      for (int i = 0; i < kMeasured; ++i)
        next = {decoder.advance({next}).argmax().item<std::int64_t>()};
    });
    std::printf("{\"at\": %lld, \"microseconds_per_token\": %.1f, \"resident_kb\": %lld}\n",
                static_cast<long long>(length), 1e6 * time / kMeasured,
                static_cast<long long>(resident_kilobytes()));
    std::fflush(stdout);
  }
}

}  // namespace

void bench::add_generate(CLI::App& program) {
  struct Options {
    std::string attention = "linear";
    std::vector<std::int64_t> lengths{1000, 5000, 10000, 20000, 50000};
    std::int64_t vocabulary = 259;
    int threads = 0;
    std::string compute_type = "float32";
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const command = program.add_subcommand("generate", "a token that a model writes");
  command->add_option("attention", options->attention, "linear or softmax");
  command->add_option("lengths", options->lengths, "tokens so far, ascending");
  command->add_option("--vocabulary", options->vocabulary, "words");
  command->add_option("--compute-type", options->compute_type, "float32, bfloat16 or int8");
  command->add_option("--threads", options->threads, "threads; 0: LibTorch's default");
  command->callback([options] {
    if (options->threads > 0) torch::set_num_threads(options->threads);
    measure(options->attention, options->vocabulary,
            product::parse_compute_type(options->compute_type), options->lengths);
  });
}
