// A recipe as keys and values, and what two of them differ in.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace roformer::train {

/// A recipe's keys and values, flat: "optimizer.beta1" → "0.9".
using FlatRecipe = std::map<std::string, std::string>;

/// A key with its values in two recipes; "nothing" where one lacks it.
struct RecipeDifference {
  std::string key, first, second;
};

/// The first key, of those that `counts` accepts, in which two recipes differ; one that only one of
/// them has is a difference.
std::optional<RecipeDifference> first_difference(
    const FlatRecipe& first, const FlatRecipe& second,
    const std::function<bool(const std::string& key)>& counts);

}  // namespace roformer::train
