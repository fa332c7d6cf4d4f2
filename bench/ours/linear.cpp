// Our side of the linear attention benchmarks. Prints one JSON line:
//   roformer_bench linear lm         seconds of training steps of a causal Performer language model
//   roformer_bench linear attention  milliseconds of causal attention, linear and softmax, by length
//   roformer_bench linear one-head   milliseconds of one head, forward and gradient, one thread and all
//   roformer_bench linear memory     peak memory of a training step of linear attention, by length
#include <sys/resource.h>

#include <nlohmann/json.hpp>

#include "bench/ours/rows.h"
#include "roformer/attention/feature_attention.h"
#include "roformer/attention/packed_attention.h"
#include "roformer/base/random.h"
#include "roformer/head/language_model.h"
#include "roformer/packed/packed_batch.h"
#include "roformer/rope/rotation.h"
#include "roformer/train/adamw.h"

namespace {

using namespace roformer;
using torch::Tensor;

struct LinearOptions {
  std::string what;
  std::int64_t length = 1024, batch = 1, layers = 4, hidden = 512, heads = 8, features = 256;
  std::string encoding = "rotary", feature_map = "favor";
  int repeats = 3;
};

model::EncoderConfig lm_config(const LinearOptions& options) {
  model::EncoderConfig config;
  config.vocab_size = 256;
  config.embedding_size = config.hidden_size = options.hidden;
  config.num_hidden_layers = options.layers;
  config.num_attention_heads = options.heads;
  config.intermediate_size = 4 * options.hidden;
  config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0;
  config.is_decoder = true;
  config.attention = "linear";
  config.linear.feature_map = options.feature_map;
  config.linear.num_features = options.features;
  config.encoding.name = options.encoding;
  return config;
}

packed::PackedBatch random_batch(std::int64_t sequences, std::int64_t length) {
  packed::PackedBatch batch;
  batch.tokens = torch::randint(256, {sequences * length}, torch::kInt64);
  batch.cu_seqlens = torch::arange(sequences + 1, torch::kInt32) * length;
  batch.position_ids = torch::arange(length).repeat({sequences});
  batch.segment_ids = torch::zeros_like(batch.tokens);
  return batch;
}

nlohmann::json time_lm(const LinearOptions& options) {
  torch::manual_seed(0);
  head::LanguageModel network(lm_config(options));
  network->train();
  train::AdamW::NamedParameters parameters;
  for (const auto& parameter : network->named_parameters())
    parameters.emplace_back(parameter.key(), parameter.value());
  train::AdamW optimizer(parameters, {});
  const auto batch = random_batch(options.batch, options.length);
  const Tensor labels = batch.tokens.roll(-1);
  const double seconds = bench::best_seconds(options.repeats, [&] {
    network->loss(network->encoder()->forward(batch, {}), labels).loss.backward();
    optimizer.step(1e-4, 1 / static_cast<double>(labels.numel()));
  });
  return {{"seconds", seconds},
          {"tokens_per_second", static_cast<double>(options.batch * options.length) / seconds}};
}

// One layer's attention with gradient, from q, k and v, feature map and rotation (Eq. 19) included.
struct AttentionBench {
  std::vector<attention::Span> spans;
  Tensor qkv;
  attention::FeatureMap map{nullptr};
  rope::Angles feature_angles, head_angles;

  AttentionBench(const LinearOptions& options, std::int64_t length) {
    const std::int64_t size = options.hidden / options.heads;
    attention::LinearSettings settings;
    settings.feature_map = options.feature_map;
    settings.num_features = options.features;
    map = attention::FeatureMap(settings, size);
    map->draw(1);
    spans = attention::self_spans(torch::tensor({std::int64_t{0}, length}).to(torch::kInt32),
                                  length, attention::Visibility::causal);
    qkv = torch::randn({length, 3, options.heads, size}).set_requires_grad(true);
    const Tensor positions = torch::arange(length);
    feature_angles = rope::angles(positions, attention::feature_size(settings, size));
    head_angles = rope::angles(positions, size);
  }

  Tensor linear() const {
    const auto parts = qkv.unbind(1);
    return attention::feature_attention(parts[0], parts[1], parts[2], spans, map,
                                        rope::FeatureRotation{feature_angles})
        .sum();
  }

  Tensor softmax() const {
    const Tensor rotated = rope::rotate_packed_(qkv * 1, head_angles);
    const double scale = 1 / std::sqrt(static_cast<double>(qkv.size(3)));
    return attention::packed_self_attention(rotated, spans, {scale, 0, 0}).sum();
  }
};

// How much one head of one sequence, and its gradient, gain by all threads.
nlohmann::json time_one_head(LinearOptions options) {
  options.heads = 1;
  const int threads = at::get_num_threads();
  const AttentionBench bench(options, options.length);
  struct Milliseconds {
    double forward = 1e30, gradient = 1e30;
  };
  const auto measure = [&](const auto& attend, int count) {
    at::set_num_threads(count);
    Milliseconds best;
    for (int i = 0; i <= options.repeats; ++i) {
      Tensor out;
      best.forward = std::min(best.forward, 1e3 * bench::seconds([&] { out = attend(); }));
      best.gradient = std::min(best.gradient, 1e3 * bench::seconds([&] { out.backward(); }));
    }
    return best;
  };
  const auto row = [&](const auto& attend) {
    const Milliseconds one = measure(attend, 1), all = measure(attend, threads);
    return nlohmann::json{
        {"one_thread_ms", one.gradient},         {"all_threads_ms", all.gradient},
        {"ratio", one.gradient / all.gradient},  {"forward_one_thread_ms", one.forward},
        {"forward_all_threads_ms", all.forward}, {"forward_ratio", one.forward / all.forward}};
  };
  return {{"softmax", row([&] { return bench.softmax(); })},
          {"linear", row([&] { return bench.linear(); })}};
}

nlohmann::json time_attention(const LinearOptions& options) {
  auto rows = nlohmann::json::array();
  double crossing = 0;
  for (std::int64_t length = 256; length <= 16384; length *= 2) {
    const AttentionBench bench(options, length);
    double linear = 1e30, softmax = 1e30;
    for (int round = 0; round < 2; ++round) {  // in turn, so that a slow moment meets both
      linear = std::min(linear,
                        bench::best_seconds(options.repeats, [&] { bench.linear().backward(); }));
      softmax = std::min(softmax,
                         bench::best_seconds(options.repeats, [&] { bench.softmax().backward(); }));
    }
    // The crossing point on the line between two lengths, in logarithms.
    if (crossing == 0 && linear <= softmax) {
      crossing = static_cast<double>(length);
      if (!rows.empty()) {
        const double before = std::log(rows.back()["linear_ms"].get<double>() /
                                       rows.back()["softmax_ms"].get<double>());
        const double now = std::log(linear / softmax);
        crossing = static_cast<double>(length) / 2 * std::exp2(before / (before - now));
      }
    }
    rows.push_back(
        {{"length", length}, {"linear_ms", 1e3 * linear}, {"softmax_ms", 1e3 * softmax}});
  }
  return {{"rows", rows}, {"crossing", crossing}};
}

nlohmann::json peak_memory(const LinearOptions& options) {
  auto rows = nlohmann::json::array();
  for (const std::int64_t length : {8192, 16384, 32768, 65536}) {
    const AttentionBench bench(options, length);
    bench.linear().backward();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    rows.push_back({{"length", length}, {"peak_megabytes", usage.ru_maxrss / 1024}});
  }
  return {{"rows", rows}};
}

}  // namespace

void bench::add_linear(CLI::App& program) {
  const auto options = std::make_shared<LinearOptions>();
  CLI::App* const command = program.add_subcommand("linear", "linear attention");
  command->add_option("what", options->what, "lm, attention, one-head or memory")
      ->required()
      ->check(CLI::IsMember({"lm", "attention", "one-head", "memory"}));
  command->add_option("--length", options->length);
  command->add_option("--batch", options->batch);
  command->add_option("--layers", options->layers);
  command->add_option("--hidden", options->hidden);
  command->add_option("--heads", options->heads);
  command->add_option("--features", options->features);
  command->add_option("--encoding", options->encoding);
  command->add_option("--feature-map", options->feature_map);
  command->add_option("--repeats", options->repeats);
  add_threads(*command);
  command->callback([options] {
    const auto result = options->what == "lm"          ? time_lm(*options)
                        : options->what == "attention" ? time_attention(*options)
                        : options->what == "one-head"  ? time_one_head(*options)
                                                       : peak_memory(*options);
    fmt::print("{}\n", result.dump());
  });
}
