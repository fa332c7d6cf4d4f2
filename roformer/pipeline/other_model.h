// Checkpoints of families that are not computed here: what their config.json says all the same.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace roformer::pipeline {

/// The model_type of a config.json that names a family which no part of this library computes;
/// none for our own families, and where it names no family.
std::optional<std::string> other_family(const nlohmann::ordered_json& config);

/// {"blocks": 12, "hidden": 768, "heads": 12, "inner": 3072, "vocabulary": 50265, "positions":
/// 514}: the sizes that config.json gives, whatever the family calls them.
nlohmann::ordered_json sizes_in(const nlohmann::ordered_json& config);

/// "roberta: 12 blocks of 768, 12 heads; 50265 tokens; at most 514 positions".
std::string other_model_in_words(const nlohmann::ordered_json& config);

/// Why such a family is not computed, and what is.
std::string why_not_computed(const std::string& family);

}  // namespace roformer::pipeline
