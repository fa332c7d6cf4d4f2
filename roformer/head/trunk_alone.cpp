// No head: RoFormerModel, BertModel, with a pooler if the file has one. Its weights keep their
// names: nothing stands before them in a file.
#include "roformer/head/description.h"
#include "roformer/head/padded_call.h"

namespace roformer::head {
namespace {

class TrunkAlone : public Model {
 public:
  explicit TrunkAlone(const Holdings& holdings)
      : Model(holdings.config, holdings.head, holdings.has(pooler_weight)) {}
  torch::nn::Module& module() override { return *encoder(); }
  // pooler_output (B, hidden) if there is a pooler.
  format::TensorMap outputs(const torch::Tensor& hidden, const PaddedCall& call) override {
    if (!has_pooler()) return {};
    return {{"pooler_output", call.spread_rows(pool(call.first(hidden)))}};
  }
};

}  // namespace

Description trunk_alone() {
  return {.classes = {{"roformer", {"RoFormerModel", {}}}, {"bert", {"BertModel", {}}}},
          .words = "pooler",
          .make = [](const Holdings& holdings) -> std::shared_ptr<Model> {
            return std::make_shared<TrunkAlone>(holdings);
          }};
}

}  // namespace roformer::head
