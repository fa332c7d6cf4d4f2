// How near two texts are that stand in one row: the mean over its tokens, one product, as Zhuiyi
// scores CAIL2019-SCM (finetune_scm.py). transformers has no such class: ours is named alike.
#include "roformer/head/label_head.h"
#include "roformer/packed/segments.h"

namespace roformer::head {
namespace {

using torch::Tensor;

class PairScorer : public LabelHead {
 public:
  PairScorer(const EncoderConfig& config, const HeadConfig& head)
      : LabelHead(config, head, /*pooled=*/false), score_(add_product("pair_scorer", 1)) {}

  Tensor sequence_vectors(const packed::PackedBatch& batch,
                          const model::ForwardOptions& options) override {
    return packed::segment_mean(encoder()->forward(batch, options), batch);
  }

  // (B, 1)
  Tensor logits(const Tensor& mean, std::uint64_t /*dropout_seed*/) override {
    return score_(mean);
  }

  // logits (B, 1), of places that are not masked.
  format::TensorMap outputs(const Tensor& hidden, const PaddedCall& call) override {
    const Tensor mean = packed::segment_mean(hidden, call.batch());
    return {{"logits", call.spread_rows(logits(mean, 0))}};
  }

 private:
  model::Linear score_;
};

}  // namespace

Description pair_scorer() {
  return {.classes = {{"roformer", {"RoFormerForPairScoring", {"pair_scorer.weight"}}},
                      {"bert", {"BertForPairScoring", {"pair_scorer.weight"}}}},
          .words = "scorer of pairs",
          .make = make_model<PairScorer>};
}

}  // namespace roformer::head
