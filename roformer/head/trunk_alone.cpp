#include "roformer/head/trunk_alone.h"

#include "roformer/head/model_with_head.h"

namespace roformer::head {
namespace {

class TrunkAlone : public model::EncoderImpl, public Model {
 public:
  TrunkAlone(const EncoderConfig& config, const HeadConfig&) : EncoderImpl(config) {}
  torch::nn::Module& module() override { return *this; }
  model::EncoderImpl& trunk() override { return *this; }
  const Description& description() const override { return trunk_alone(); }
  Reading reading(bool /*with_labels*/) const override { return {}; }
  format::TensorMap outputs(const torch::Tensor&, const PaddedCall&) override { return {}; }
};

class PooledTrunkAlone : public model::PooledEncoderImpl, public Model {
 public:
  PooledTrunkAlone(const EncoderConfig& config, const HeadConfig& head)
      : PooledEncoderImpl(config, head) {}
  torch::nn::Module& module() override { return *this; }
  model::EncoderImpl& trunk() override { return *this; }
  const Description& description() const override { return trunk_alone(); }
  Reading reading(bool /*with_labels*/) const override { return {Columns::first}; }
  format::TensorMap outputs(const torch::Tensor& hidden, const PaddedCall& call) override {
    return {{"pooler_output", call.spread_rows(pool(call.first(hidden)))}};
  }
};

}  // namespace

const Description& trunk_alone() {
  static const Description description{
      .classes = {{"roformer", "RoFormerModel"}, {"bert", "BertModel"}},
      // A BertModel has a pooler unless it was made without.
      .weights =
          [](const Holdings& holdings) {
            const bool pooled = holdings.config.model_type == "bert" || holdings.has(kPoolerWeight);
            return pooled ? std::vector<std::string>{kPoolerWeight} : std::vector<std::string>();
          },
      .words =
          [](const Holdings& holdings) {
            return holdings.has(kPoolerWeight) ? std::vector<std::string>{"pooler"}
                                               : std::vector<std::string>();
          },
      .make =
          [](const Holdings& holdings) {
            return holdings.has(kPoolerWeight) ? make_model<PooledTrunkAlone>(holdings)
                                               : make_model<TrunkAlone>(holdings);
          }};
  return description;
}

}  // namespace roformer::head
