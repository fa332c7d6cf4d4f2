#include "roformer/checkpoint/head_of.h"

#include "roformer/base/error_place.h"
#include "roformer/checkpoint/weight_names.h"

namespace roformer::checkpoint {

head::Holdings holdings_of(const CheckpointConfig& config, const format::TensorSource& file) {
  head::Holdings holdings{config.encoder, config.head, {}};
  for (const auto& [name, facts] : file.entries()) {
    if (may_be_missing(name))
      holdings.shapes.emplace(name_in_encoder(name).value_or(name), facts.shape);
  }
  return holdings;
}

const head::Description& head_of(const CheckpointConfig& config, const format::TensorSource& file) {
  const head::Description* head = nullptr;
  base::at_place(fmt::format("[checkpoint] {}", file.path().string()),
                 [&] { head = &head::choose(config.architecture, holdings_of(config, file)); });
  return *head;
}

}  // namespace roformer::checkpoint
