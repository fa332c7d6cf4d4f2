// How a row of tokens is cut and filled up, as tokenizer_config.json says.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace roformer::text {

struct RowSettings {
  bool cut_at_begin = false;  // truncation_side "left": of a long text the end stays
  bool pads_left = false;     // padding_side "left"
  bool masks_padding = true;  // false: model_input_names without attention_mask
};

/// Changes what the file's keys say. Throws Error for a side that is neither left nor right, and for
/// special tokens that are cut like words, which is not computed here.
void apply_row_settings(const nlohmann::json& root, std::string_view name, RowSettings& row);

}  // namespace roformer::text
