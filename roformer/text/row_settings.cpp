#include "roformer/text/row_settings.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/text/json_values.h"

namespace roformer::text {
namespace {

using nlohmann::json;

void apply_side(const json& root, const char* key, std::string_view name, bool& is_left) {
  const json side = root.value(key, json());
  if (side.is_null()) return;
  base::require(side == "left" || side == "right",
                "[text] {}: expected {} to be \"left\" or \"right\" but got {}", name, key,
                excerpt(side));
  is_left = side == "left";
}

}  // namespace

void apply_row_settings(const json& root, std::string_view name, RowSettings& row) {
  base::require(!get(root, "split_special_tokens", false, name),
                "[text] {}: expected split_special_tokens to be false, all that is computed here, "
                "but got true",
                name);
  apply_side(root, "truncation_side", name, row.cut_at_begin);
  apply_side(root, "padding_side", name, row.pads_left);
  const json inputs = root.value("model_input_names", json());
  if (!inputs.is_array()) return;
  row.masks_padding = std::find(inputs.begin(), inputs.end(), "attention_mask") != inputs.end();
  if (!row.masks_padding)
    spdlog::warn("{}: model_input_names has no attention_mask; here padding is never looked at",
                 name);
}

}  // namespace roformer::text
