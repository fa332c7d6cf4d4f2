// No head: RoFormerModel, BertModel, with a pooler if the file has one.
#pragma once
#include "roformer/head/model_with_head.h"

namespace roformer::head {

/// A trunk whose weights keep their names: nothing stands before them in a file.
template <typename Trunk>
class TrunkAloneImpl : public Trunk, public Model {
 public:
  TrunkAloneImpl(const EncoderConfig& config, const HeadConfig& head);
  torch::nn::Module& module() override { return *this; }
  model::EncoderImpl& trunk() override { return *this; }
  const Description& description() const override;
  Reading reading(bool with_labels) const override;
  /// pooler_output (B, hidden) if there is a pooler.
  format::TensorMap outputs(const torch::Tensor& hidden, const PaddedCall& call) override;
};
extern template class TrunkAloneImpl<model::EncoderImpl>;
extern template class TrunkAloneImpl<model::PooledEncoderImpl>;

/// What this head says about itself.
const Description& trunk_alone();

}  // namespace roformer::head
