// Times self-attention of a layer with each position encoding, forward and backward: the products,
// what the encoding adds, softmax and values. Prints one JSON line of milliseconds, best of.
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
  int repeats = 5;
};

model::EncoderConfig config_with(const std::string& encoding, const EncodingOptions& options) {
  model::EncoderConfig config;
  config.embedding_size = config.hidden_size = options.hidden;
  config.num_attention_heads = options.heads;
  config.num_hidden_layers = 1;
  config.vocab_size = 256;
  config.attention_probs_dropout_prob = 0;
  config.max_position_embeddings = options.length;
  config.encoding.name = encoding;
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
    const std::int64_t tokens = options.sequences * options.length;
    x_ = torch::randn({tokens, options.hidden}).set_requires_grad(true);
    const Tensor ids = torch::arange(options.length).repeat({options.sequences});
    const Tensor offsets = torch::arange(options.sequences + 1, torch::kInt32) *
                           static_cast<std::int32_t>(options.length);
    context_.encoding = encoding_.get();
    context_.spans = attention::self_spans(offsets, tokens, attention::Visibility::two_sided);
    ids_ = ids;
  }

  void measure(Times& best) {
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

void measure(const EncodingOptions& options) {
  auto rows = nlohmann::json::array();
  for (const auto& name : position::encoding_names()) {
    AttentionLayer layer(config_with(name, options), options);
    Times best, warm_up;
    layer.measure(warm_up);
    for (int i = 0; i < options.repeats; ++i) layer.measure(best);
    rows.push_back(
        {{"encoding", name}, {"forward_ms", best.forward}, {"backward_ms", best.backward}});
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
  command->add_option("--repeats", options->repeats);
  add_threads(*command);
  command->callback([options] { measure(*options); });
}
