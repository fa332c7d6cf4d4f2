#include "roformer/head/label_head.h"

#include "roformer/base/error.h"
#include "roformer/model/pooler.h"

namespace roformer::head {

torch::Tensor LabelHead::sequence_vectors(const packed::PackedBatch& batch,
                                          const model::ForwardOptions& options) {
  model::ForwardOptions of_first = options;
  of_first.rows = model::first_tokens(batch);
  return encoder()->forward(batch, of_first);
}

bool chooses_by_first(const std::string& family, const HeadConfig& head) {
  return family == "bert" || head.summary.type == "first";
}

std::string class_name(const Description& description, const std::string& family) {
  const auto own = description.classes.find(family);
  base::require(own != description.classes.end(),
                "[head] expected a family that has a {} but got {}", description.words, family);
  return own->second.name;
}

std::shared_ptr<LabelHead> make_label_head(const Description& description,
                                           const EncoderConfig& config, const HeadConfig& head) {
  auto model = std::dynamic_pointer_cast<LabelHead>(description.make({config, head, {}}));
  base::require(model != nullptr, "[head] expected a head with labels but got a {}",
                description.words);
  return model;
}

}  // namespace roformer::head
