// Times self-attention of a layer with each position encoding, forward and backward: the products,
// what the encoding adds, softmax and values. Prints one JSON line of milliseconds, best of. An
// encoding that computes something only every few updates (floater's curve) has the mean of an update.
#include <torch/types.h>

#include <nlohmann/json.hpp>

#include "bench/ours/rows.h"
#include "roformer/model/block_attention.h"
#include "roformer/model/encoder.h"
#include "roformer/model/initialize.h"

namespace {

using namespace roformer;
using torch::Tensor;

struct EncodingOptions {
  std::int64_t sequences = 4, length = 256, hidden = 512, heads = 8;
  bool ragged = false;  // lengths between 2 and 2 · length − 2, evenly spread
  std::vector<std::string> only;
  std::int64_t refresh = 10;  // updates between two integrations of floater's curve
  int repeats = 5;
};

std::vector<std::int64_t> lengths_of(const EncodingOptions& options) {
  std::vector<std::int64_t> lengths;
  const std::int64_t last = std::max<std::int64_t>(1, options.sequences - 1);
  for (std::int64_t i = 0; i < options.sequences; ++i) {
    // Every third of them in turn, so that neighbours differ.
    const std::int64_t place = i * 3 % options.sequences;
    lengths.push_back(options.ragged ? 2 + place * (2 * options.length - 4) / last
                                     : options.length);
  }
  return lengths;
}

model::EncoderConfig config_with(const std::string& encoding, const EncodingOptions& options) {
  model::EncoderConfig config;
  config.embedding_size = config.hidden_size = options.hidden;
  config.num_attention_heads = options.heads;
  config.num_hidden_layers = 1;
  config.vocab_size = 256;
  config.attention_probs_dropout_prob = 0;
  config.max_position_embeddings = 2 * options.length;
  config.encoding.name = encoding;
  config.encoding.floater_refresh = options.refresh;
  return config;
}

struct Times {
  double forward = 1e30, backward = 1e30;  // milliseconds
};

class AttentionLayer {
 public:
  AttentionLayer(const model::EncoderConfig& config, const EncodingOptions& options)
      : encoding_(position::make_encoding(model::encoding_options(config))), attention_(config) {
    model::initialize(*encoding_, "encoding", config, 0);
    model::initialize(*attention_, "attention", config, 0);
    std::vector<Tensor> ids;
    std::vector<std::int32_t> offsets = {0};
    for (const std::int64_t length : lengths_of(options)) {
      ids.push_back(torch::arange(length));
      offsets.push_back(offsets.back() + static_cast<std::int32_t>(length));
    }
    ids_ = torch::cat(ids);
    const std::int64_t tokens = ids_.size(0);
    x_ = torch::randn({tokens, options.hidden}).set_requires_grad(true);
    context_.encoding = encoding_.get();
    context_.spans = attention::self_spans(torch::tensor(offsets, torch::kInt32), tokens,
                                           attention::Visibility::two_sided);
  }

  /// Update number `update` of a training.
  void measure(std::int64_t update, Times& best) {
    encoding_->begin_update(update);
    Tensor out;
    best.forward = std::min(best.forward, 1e3 * bench::seconds([&] {
                                            context_.positions =
                                                encoding_->prepare(ids_, torch::kFloat32);
                                            out = attention_(x_, context_).sum();
                                          }));
    best.backward = std::min(best.backward, 1e3 * bench::seconds([&] { out.backward(); }));
  }

 private:
  std::shared_ptr<position::PositionEncoding> encoding_;
  model::SelfAttention attention_;
  Tensor x_, ids_;
  model::BlockContext context_;
};

// The mean of the updates from one that integrates the curve anew to the next, best of each kind.
Times measured(const std::string& name, const EncodingOptions& options) {
  const model::EncoderConfig config = config_with(name, options);
  AttentionLayer layer(config, options);
  Times warm_up, first, others;
  layer.measure(1, warm_up);
  const std::int64_t between = name == "floater" ? config.encoding.floater_refresh : 1;
  for (int i = 0; i < options.repeats; ++i) layer.measure(between == 1 ? 1 : i + 1, others);
  if (between == 1) return others;
  layer.measure(0, first);
  const auto mean = [&](double once, double other) {
    return (once + static_cast<double>(between - 1) * other) / static_cast<double>(between);
  };
  return {mean(first.forward, others.forward), mean(first.backward, others.backward)};
}

void measure(const EncodingOptions& options) {
  auto rows = nlohmann::json::array();
  for (const auto& name : position::encoding_names()) {
    if (!options.only.empty() && std::ranges::find(options.only, name) == options.only.end())
      continue;
    const Times times = measured(name, options);
    rows.push_back(
        {{"encoding", name}, {"forward_ms", times.forward}, {"backward_ms", times.backward}});
  }
  fmt::print("{}\n", nlohmann::json{{"rows", rows}}.dump());
}

}  // namespace

void bench::add_encodings(CLI::App& program) {
  const auto options = std::make_shared<EncodingOptions>();
  CLI::App* const command =
      program.add_subcommand("encodings", "attention with each position encoding");
  command->add_option("--sequences", options->sequences);
  command->add_option("--length", options->length);
  command->add_option("--hidden", options->hidden);
  command->add_option("--heads", options->heads);
  command->add_flag("--ragged", options->ragged);
  command->add_option("--only", options->only);
  command->add_option("--repeats", options->repeats);
  add_threads(*command);
  command->callback([options] { measure(*options); });
}
