// No head: RoFormerModel, BertModel, with a pooler if the file has one. Its weights keep their names:
// nothing stands before them in a file.
#include "roformer/head/description.h"
#include "roformer/head/padded_call.h"
#include "roformer/model/pooler.h"

namespace roformer::head {
namespace {

template <typename Trunk>
class TrunkAlone : public Trunk, public Model {
 public:
  using Trunk::Trunk;
  torch::nn::Module& module() override { return *this; }
  model::EncoderImpl& trunk() override { return *this; }
  Reading reading(const format::TensorMap& /*inputs*/) const override {
    return {has_pooler ? Columns::first : Columns::tokens};
  }
  // pooler_output (B, hidden) if there is a pooler.
  format::TensorMap outputs(const torch::Tensor& hidden, const PaddedCall& call) override {
    if constexpr (has_pooler)
      return {{"pooler_output", call.spread_rows(this->pool(call.first(hidden)))}};
    return {};
  }

 private:
  static constexpr bool has_pooler = std::is_same_v<Trunk, model::PooledEncoderImpl>;
};

std::shared_ptr<Model> make_trunk(const Holdings& holdings) {
  if (!holdings.has(pooler_weight))
    return std::make_shared<TrunkAlone<model::EncoderImpl>>(holdings.config);
  return std::make_shared<TrunkAlone<model::PooledEncoderImpl>>(holdings.config, holdings.head);
}

}  // namespace

const Description& trunk_alone() {
  static const Description description{.classes = {{"roformer", {"RoFormerModel", {pooler_weight}}},
                                                   {"bert", {"BertModel", {pooler_weight}}}},
                                       .words = "pooler",
                                       .make = make_trunk};
  return description;
}

}  // namespace roformer::head
