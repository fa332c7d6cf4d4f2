#include "roformer/head/model.h"

namespace roformer::head {

Model::Model(const model::EncoderConfig& config, const model::HeadConfig& head, bool pooled)
    : pooled_(pooled ? std::make_shared<model::PooledEncoderImpl>(config, head) : nullptr),
      encoder_(pooled ? pooled_ : std::make_shared<model::EncoderImpl>(config)) {}

Reading Model::reading(const format::TensorMap& /*inputs*/) const {
  return {has_pooler() ? Columns::first : Columns::tokens};
}

}  // namespace roformer::head
