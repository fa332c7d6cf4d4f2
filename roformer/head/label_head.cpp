#include "roformer/head/label_head.h"

#include "roformer/base/error.h"

namespace roformer::head {

std::shared_ptr<LabelHead> make_label_head(const Description& description,
                                           const EncoderConfig& config, const HeadConfig& head) {
  base::require(description.classes.contains(config.model_type),
                "[head] expected a family that has a {} but got {}", description.words,
                config.model_type);
  auto model = std::dynamic_pointer_cast<LabelHead>(description.make({config, head, {}}));
  base::require(model != nullptr, "[head] expected a head with labels but got a {}",
                description.words);
  return model;
}

}  // namespace roformer::head
